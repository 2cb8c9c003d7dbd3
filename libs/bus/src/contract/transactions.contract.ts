import { isDeepStrictEqual } from 'node:util';
import { eventually, uniqueName } from '@khabar/testing';
import { KhabarError, deadLetterTopic } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import type { Batch, Outcome } from '../handling.ts';
import {
  type Connection,
  Workbench,
  articleOf,
  lagOf,
  nameOf,
  namesOf,
  rawEvent,
  rawEvents,
  readAll,
} from './workbench.contract.ts';

export function transactionsContract(connect: () => Connection): void {
  describe('numbered publishing', () => {
    /** A batch may be seen a moment after it was published. */
    const becomes = (bus: Bus, bench: Workbench, expected: string[]) =>
      eventually(async () => {
        const subjects = (await readAll(bus, bench.raw)).map(({ key }) => key).sort();
        return isDeepStrictEqual(subjects, expected);
      });

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
      await becomes(bus, bench, events.map(({ subject }) => subject).sort());
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
      await becomes(bus, bench, [rawEvent('before'), rawEvent('after')].map((e) => e.subject).sort());
    });

    it('is none any more when the bus was closed while it was opened', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const opening = expect(bus.numberedPublisher(uniqueName('relay'))).rejects.toMatchObject({ code: 'bus-closed' });
      await bus.close();
      await opening;
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

  describe('consuming with transactions', () => {
    it('makes what each event produced, and each dead letter, durable once, while members come and go and events are retried', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready({ transactions: true, maxAttempts: 5 });
      await bus.ensureTopics([bench.articles]);
      const events = rawEvents(400);
      const tries = new Map<string, number>();
      const handle = async (batch: Batch<'news.raw.v1'>): Promise<Outcome[]> =>
        batch.events.map(({ event }) => {
          const number = Number(nameOf(event).slice('article-'.length));
          const tried = tries.get(event.id) ?? 0;
          tries.set(event.id, tried + 1);
          if (number % 20 === 0 && tried < 2) return new KhabarError('flaky', 'May pass', { retriable: true });
          if (number % 50 === 7) return new KhabarError('hopeless', 'No');
          return { publish: [articleOf(event)] };
        });
      const join = async () => {
        const member = await bench.bus({ transactions: true, maxAttempts: 5, batchMaxEvents: 7 });
        await member.subscribe({ topic: bench.raw, group: bench.group, handle });
        return member;
      };
      const members = [await join()];
      for (let at = 0; at < events.length; at += 50) {
        await bus.publish(events.slice(at, at + 50));
        members.push(await join());
        if (members.length > 2) await members.shift()!.close();
      }
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      const dead = events.filter((_, number) => number % 50 === 7);
      await eventually(async () => (await readAll(bus, bench.articles)).length >= events.length - dead.length);
      const out = await readAll(bus, bench.articles);
      expect(out.map(({ headers }) => headers['ce_id']).sort()).toEqual(
        events
          .filter((event) => !dead.includes(event))
          .map((event) => articleOf(event).id)
          .sort(),
      );
      const letters = await readAll(bus, deadLetterTopic(bench.raw));
      expect(letters.map(({ key }) => key).sort()).toEqual(dead.map(({ subject }) => subject).sort());
    });

    it('leaves no lag where all is done of a topic that transactions write to', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready({ transactions: true });
      await bus.ensureTopics([bench.articles]);
      const publisher = await bus.numberedPublisher(uniqueName('relay'));
      const plain = await bench.bus();
      const groups = [bench.group, uniqueName('plain')] as const;
      const handle = async (batch: Batch<'news.raw.v1'>): Promise<Outcome[]> =>
        batch.events.map(({ event }) => ({ publish: [articleOf(event)] }));
      await bus.subscribe({ topic: bench.raw, group: groups[0], handle });
      await plain.subscribe({ topic: bench.raw, group: groups[1], handle });
      const caughtUp = async () => {
        const states = await bus.groups(groups, [bench.raw.name]);
        return states.length === 2 && states.every(({ lag }) => lag === 0n);
      };
      for (const number of [1n, 2n]) {
        await publisher.publish(number, rawEvents(30, `round-${number}-`));
        await eventually(caughtUp);
      }
      const waiting = (await bus.groups(groups, [bench.raw.name])).flatMap(({ partitions }) => partitions);
      expect(waiting.map(({ waitingSince }) => waitingSince)).toEqual(waiting.map(() => null));
      await bus.publish(rawEvents(30, 'plain-'));
      await eventually(caughtUp);
    });

    it('publishes nothing of a batch whose partition was taken away meanwhile', async () => {
      await using bench = new Workbench(connect(), 2);
      const bus = await bench.ready({ transactions: true });
      await bus.ensureTopics([bench.articles]);
      await bus.publish(rawEvents(20));
      const released = Promise.withResolvers<void>();
      const [slow, quick] = [await bench.bus({ transactions: true }), await bench.bus({ transactions: true })];
      const produce = (batch: Batch<'news.raw.v1'>): Outcome[] =>
        batch.events.map(({ event }) => ({ publish: [articleOf(event)] }));
      const inHand: Batch<'news.raw.v1'>[] = [];
      await slow.subscribe<'news.raw.v1'>({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch) => {
          inHand.push(batch);
          await released.promise; // it does not heed its signal
          return produce(batch);
        },
      });
      await eventually(() => inHand.length === 2);
      const done: Batch<'news.raw.v1'>[] = [];
      await quick.subscribe<'news.raw.v1'>({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch) => {
          done.push(batch);
          return produce(batch);
        },
      });
      await eventually(() => done.length > 0, { timeoutMs: 30_000 });
      const taken = inHand.filter(({ signal }) => signal.aborted);
      expect(taken.map(namesOf)).toEqual([done.flatMap(namesOf)]);
      released.resolve();
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      await eventually(async () => (await readAll(bus, bench.articles)).length >= 20);
      const ids = (await readAll(bus, bench.articles)).map(({ headers }) => headers['ce_id']!);
      expect(ids.toSorted()).toEqual(
        rawEvents(20)
          .map((event) => articleOf(event).id)
          .toSorted(),
      );
    });
  });
}
