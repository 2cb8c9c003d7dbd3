import { uniqueName } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import { type Connection, Workbench, rawEvent, rawEvents, readAll } from './workbench.contract.ts';

export function transactionsContract(connect: () => Connection): void {
  describe('numbered publishing', () => {
    const subjects = async (bus: Bus, bench: Workbench) => (await readAll(bus, bench.raw)).map(({ key }) => key).sort();

    it('resumes at the last batch that is durable', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const name = uniqueName('relay');
      const events = rawEvents(300);
      const first = await bus.numberedPublisher(name);
      expect(first.last).toBe(null);
      await first.publish(7n, events.slice(0, 100));
      await first.publish(8n, events.slice(100, 200));
      expect(first.last).toBe(8n);
      await first.close();

      const second = await bus.numberedPublisher(name);
      expect(second.last).toBe(8n);
      await expect(second.publish(8n, events)).rejects.toThrow(RangeError);
      await second.publish(9n, events.slice(200));
      expect((await bus.numberedPublisher(name)).last).toBe(9n);
      expect((await bus.numberedPublisher(uniqueName('other'))).last).toBe(null);
      expect(await subjects(bus, bench)).toEqual(events.map(({ subject }) => subject).sort());
    });

    it('is the newest one only, of one name', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const otherBus = await bench.bus();
      const name = uniqueName('relay');
      const older = await bus.numberedPublisher(name);
      await older.publish(1n, [rawEvent('before')]);
      const newer = await otherBus.numberedPublisher(name);
      await expect(older.publish(2n, [rawEvent('too-late')])).rejects.toMatchObject({
        code: 'fenced',
        dependency: true,
      });
      await newer.publish(2n, [rawEvent('after')]);
      expect(await subjects(bus, bench)).toEqual([rawEvent('before'), rawEvent('after')].map((e) => e.subject).sort());
    });

    it('publishes nothing of a batch that cannot be', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const name = uniqueName('relay');
      const publisher = await bus.numberedPublisher(name);
      const batch = [rawEvent('small'), rawEvent('too-large', 'x'.repeat(9 * 1024 * 1024))];
      await expect(publisher.publish(1n, batch)).rejects.toMatchObject({ code: 'record-too-large' });
      expect((await bus.numberedPublisher(name)).last).toBe(null);
      expect(await readAll(bus, bench.raw)).toEqual([]);
    });
  });
}
