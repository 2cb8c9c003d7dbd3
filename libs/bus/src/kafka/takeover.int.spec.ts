import { describeKafka, eventually } from '@khabar/testing';
import { expect, it } from 'vitest';
import type { Batch, Outcome } from '../handling.ts';
import { Workbench, articleOf, lagOf, rawEvents, readAll } from '../contract/workbench.contract.ts';
import { KafkaAdmin } from './admin.ts';
import { RecordPlacer } from './record-placer.ts';
import { TransactionalCommits } from './transactional-commits.ts';

type RawBatch = Batch<'news.raw.v1'>;

describeKafka('a partition whose owner was overtaken by another', (kafkaBrokers) => {
  it('is begun anew, alone, where the other has ended', async () => {
    await using bench = new Workbench({ kafkaBrokers, databaseUrl: null }, 2);
    const disturbances: string[] = [];
    const listener = { disturbed: (what: string) => void disturbances.push(what) };
    const bus = await bench.ready({ transactions: true }, listener);
    await bus.ensureTopics([bench.articles]);
    await bus.publish(rawEvents(40));

    const released = Promise.withResolvers<void>();
    const batches: RawBatch[] = [];
    await bus.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch): Promise<Outcome[]> => {
        batches.push(batch);
        await released.promise;
        return batch.events.map(({ event }) => ({ publish: [articleOf(event)] }));
      },
    });
    const [first, kept] = await eventually(() => batches.length === 2 && [batches[0]!, batches[1]!]);

    const admin = new KafkaAdmin({ brokers: kafkaBrokers, clientId: 'test' });
    const of = { group: bench.group, topic: bench.raw.name, partition: first.partition };
    const other = new TransactionalCommits(
      { brokers: kafkaBrokers, clientId: 'test' },
      admin,
      new RecordPlacer(admin),
      of,
    );
    const its = first.events.slice(0, 3).map(({ event }) => articleOf(event));
    const output = ({ id, subject }: ReturnType<typeof articleOf>) => ({
      topic: bench.articles.name,
      key: subject,
      headers: { ce_id: id },
      value: null,
    });
    await other.begin();
    await other.commit(3n, its.map(output));
    await other.close();
    await admin.close();
    released.resolve();

    await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    await eventually(async () => (await readAll(bus, bench.articles)).length >= 40);
    const ids = (await readAll(bus, bench.articles)).map(({ headers }) => headers['ce_id']!);
    expect(ids.toSorted()).toEqual(
      rawEvents(40)
        .map((raw) => articleOf(raw).id)
        .toSorted(),
    );
    const again = batches.slice(2).filter(({ partition }) => partition === first.partition);
    expect(again[0]!.events[0]!.offset).toBe(3n);
    expect(kept.signal.aborted).toBe(false);
    expect(disturbances.join()).toMatch(/begun anew/);
    expect(disturbances.join()).not.toMatch(/built anew/);
  });
});
