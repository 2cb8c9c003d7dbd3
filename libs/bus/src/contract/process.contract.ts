import { join } from 'node:path';
import { eventually, nodeArgumentsFor, startProcess, type StartedProcess } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import type { BusSettings } from '../settings.ts';
import { type Connection, Workbench, articleOf, lagOf, rawEvents, readAll, remember } from './workbench.contract.ts';

const consumer = join(import.meta.dirname, '../../fixtures/consumer-in-a-process/main.ts');

export function processContract(connect: () => Connection): void {
  describe('in a process of its own', () => {
    it('leaves what a killed consumer had in hand to the next one', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(30));
      await using killed = await startConsumer(bench, 'hang');
      await killed.waitForLine(/^handling/);
      await killed.kill();
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(30n);

      const seen = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await eventually(() => new Set(seen.names).size === 30, { timeoutMs: 45_000 });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    });

    it('makes nothing durable twice that a consumer with transactions was killed at', async () => {
      await using bench = new Workbench(connect());
      const settings = { transactions: true, batchMaxEvents: 5 };
      const bus = await bench.ready(settings);
      await bus.ensureTopics([bench.articles]);
      await bus.publish(rawEvents(1000));
      await using killed = await startConsumer(bench, 'produce', settings);
      await killed.waitForLine(/^handling/);
      // while it goes from batch to batch, so that one is not yet committed of which the outputs have been sent, more or less
      await eventually(async () => ((await lagOf(bus, bench.group, bench.raw)) ?? 1000n) < 1000n);
      await killed.kill();

      await bus.subscribe<'news.raw.v1'>({
        topic: bench.raw,
        group: bench.group,
        handle: async ({ events }) => events.map(({ event }) => ({ publish: [articleOf(event)] })),
      });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n, { timeoutMs: 60_000 });
      await eventually(async () => (await readAll(bus, bench.articles)).length >= 1000);
      const subjects = (await readAll(bus, bench.articles)).map(({ key }) => key!);
      expect(subjects.toSorted()).toEqual(
        rawEvents(1000)
          .map(({ data }) => data.id)
          .toSorted(),
      );
    });

    it('lets the process end once it is closed', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(30));
      await using ending = await startConsumer(bench, 'end');
      await ending.waitForLine(/^closed$/);
      expect(await ending.ended).toEqual({ code: 0, signal: null });
      expect(ending.stderr).toBe('');
    });
  });
}

function startConsumer(
  bench: Workbench,
  mode: 'hang' | 'produce' | 'end',
  settings: Partial<BusSettings> = {},
): Promise<StartedProcess> {
  const args = [JSON.stringify(bench.settings(settings)), bench.group, mode];
  return startProcess(process.execPath, [
    '--disable-warning=TimeoutNegativeWarning',
    ...nodeArgumentsFor(consumer),
    ...args,
  ]);
}
