import { describeKafka, eventually } from '@khabar/testing';
import { expect, it } from 'vitest';
import type { Batch } from '../handling.ts';
import { Workbench, lagOf, namesOf, rawEvents, remember } from '../contract/workbench.contract.ts';

describeKafka('a rebalance in the middle of work', (kafkaBrokers) => {
  it('aborts what is on a partition that was taken away, commits nothing of it, and leaves the rest at work', async () => {
    await using bench = new Workbench({ kafkaBrokers, databaseUrl: null }, 4);
    const [first, second] = [await bench.ready(), await bench.bus()];
    await first.publish(rawEvents(40));
    const gate = Promise.withResolvers<void>();
    const inHand = new Map<number, Batch<'news.raw.v1'>>();
    const finished: string[] = [];
    await first.subscribe({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch: Batch<'news.raw.v1'>) => {
        inHand.set(batch.partition, batch);
        await gate.promise;
        if (!batch.signal.aborted) finished.push(...namesOf(batch));
      },
    });
    await eventually(() => inHand.size === 4);

    const other = remember();
    await second.subscribe({ topic: bench.raw, group: bench.group, handle: other.handle });
    const taken = () => [...inHand.values()].filter(({ signal }) => signal.aborted);
    const events = (batches: readonly Batch[]) => batches.reduce((sum, batch) => sum + batch.events.length, 0);
    await eventually(() => taken().length === 2);
    await eventually(() => other.names.length === events(taken()));
    const left = [...inHand.values()].filter(({ signal }) => !signal.aborted);
    expect(await lagOf(first, bench.group, bench.raw)).toBe(BigInt(events(left)));

    gate.resolve();
    await eventually(async () => (await lagOf(first, bench.group, bench.raw)) === 0n);
    // in calm, what was kept was not begun anew, and what was taken was done by the other alone
    expect([...finished, ...other.names].toSorted()).toEqual(rawEvents(40).flatMap(nameAsPublished).toSorted());
  });
});

function nameAsPublished(event: ReturnType<typeof rawEvents>[number]): string {
  return event.data.body!;
}
