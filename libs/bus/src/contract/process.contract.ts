import { join } from 'node:path';
import { eventually, nodeArgumentsFor, startProcess, type StartedProcess } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import { type Connection, Workbench, lagOf, rawEvents, remember } from './workbench.contract.ts';

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

function startConsumer(bench: Workbench, mode: 'hang' | 'end'): Promise<StartedProcess> {
  const args = [JSON.stringify(bench.settings()), bench.group, mode];
  return startProcess(process.execPath, [
    '--disable-warning=TimeoutNegativeWarning',
    ...nodeArgumentsFor(consumer),
    ...args,
  ]);
}
