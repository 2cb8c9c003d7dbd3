import { join } from 'node:path';
import { eventually, nodeArgumentsFor, startOwnKafka, startProcess } from '@khabar/testing';
import { expect, it } from 'vitest';
import type { Batch, Outcome } from '../handling.ts';
import {
  type RawEvent,
  Workbench,
  articleOf,
  lagOf,
  rawEvents,
  readAll,
  remember,
} from '../contract/workbench.contract.ts';

const consumer = join(import.meta.dirname, '../../fixtures/consumer-in-a-process/main.ts');
/** The session is 10 s; then the group shares out anew. */
const PATIENCE = { timeoutMs: 45_000, intervalMs: 100 };

it.each([false, true])(
  'a consumer frozen for longer than its session loses its partitions, commits nothing over their new owner, and goes on (transactions: %s)',
  async (transactions) => {
    await using kafka = await startOwnKafka();
    await using bench = new Workbench({ kafkaBrokers: kafka.brokers, databaseUrl: null }, 2);
    const disturbances: string[] = [];
    const bus = await bench.ready({ transactions }, { disturbed: (what) => disturbances.push(what) });
    await bus.ensureTopics([bench.articles]);
    const early = rawEvents(30, 'early-');
    await bus.publish(early);
    const settings = JSON.stringify(bench.settings({ transactions }));
    await using frozen = await startProcess(process.execPath, [
      '--disable-warning=TimeoutNegativeWarning',
      ...nodeArgumentsFor(consumer),
      settings,
      bench.group,
      'wait',
    ]);
    await frozen.waitForLine(/^handling/m);
    frozen.signal('SIGSTOP');

    const seen = remember();
    await bus.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch: Batch<'news.raw.v1'>): Promise<Outcome[]> => {
        await seen.handle(batch);
        return batch.events.map(({ event }) => ({ publish: [articleOf(event)] }));
      },
    });
    await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n, PATIENCE);
    expect(new Set(seen.names).size).toBe(30);
    expect(await bus.health()).toMatchObject({ up: true });
    const late = rawEvents(30, 'late-');
    await bus.publish(late);
    await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n, PATIENCE);

    // its handler is through at the very moment at which it wakes, and wants to commit
    frozen.signal('SIGUSR2');
    frozen.signal('SIGCONT');
    await frozen.waitForLine(/^through/m);
    let round = 0;
    const more: RawEvent[] = [];
    const handled = () => frozen.stdout.split('\n').filter((line) => line.startsWith('through')).length;
    const before = handled();
    await eventually(async () => {
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(0n);
      const events = rawEvents(8, `round-${(round += 1)}-`);
      more.push(...events);
      await bus.publish(events);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n, PATIENCE);
      return handled() >= before + 2; // that of its first batch may come a little after the waking
    }, PATIENCE);

    expect(frozen.stderr).toBe('');
    expect(await bus.health()).toMatchObject({ up: true });
    const ids = (await readAll(bus, bench.articles)).map(({ headers }) => headers['ce_id']!);
    const expected = [...early, ...late, ...more].map((event) => articleOf(event).id);
    expect(transactions ? ids.toSorted() : [...new Set(ids)].toSorted()).toEqual(expected.toSorted());
    // once by who lost its partition, with that in hand when it did, and once by who got it
    const times = [...Map.groupBy(ids, (id) => id).values()].map(({ length }) => length);
    if (!transactions) expect(Math.max(...times)).toBeLessThanOrEqual(2);
  },
);
