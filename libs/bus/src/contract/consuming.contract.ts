import { randomBytes } from 'node:crypto';
import { KhabarError, articleChangeEvent, articleChangeExample } from '@khabar/contracts';
import { eventually, uniqueName } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import type { Batch, Outcome } from '../handling.ts';
import { type Connection, Workbench, lagOf, namesOf, rawEvent, rawEvents, remember } from './workbench.contract.ts';

export function consumingContract(connect: () => Connection): void {
  describe('consuming', () => {
    it('hands a new group everything from the beginning, in batches of one partition in order of offset', async () => {
      await using bench = new Workbench(connect());
      const consumed: unknown[][] = [];
      const handled: number[] = [];
      const bus = await bench.ready(
        {},
        { consumed: (...all) => consumed.push(all), handled: (_topic, _partition, events) => handled.push(events) },
      );
      const events = rawEvents(250);
      await bus.publish(events.slice(0, 200));
      const seen = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await eventually(() => seen.names.length === 200);
      await bus.publish(events.slice(200));
      await eventually(() => seen.names.length === 250);

      expect(new Set(seen.names).size).toBe(250);
      const next = new Map<number, bigint>();
      for (const { topic, partition, events: received } of seen.batches) {
        expect(topic).toBe(bench.raw.name);
        for (const { offset, attempt, key, event, bytes } of received) {
          expect(offset).toBe(next.get(partition) ?? 0n);
          next.set(partition, offset + 1n);
          expect([attempt, key, bytes]).toEqual([1, event.subject, Buffer.byteLength(JSON.stringify(event.data))]);
        }
      }
      const [received] = seen.batches[0]!.events;
      expect(received!.event).toEqual(events.find(({ id }) => id === received!.event.id));
      await eventually(() => consumed.reduce((sum, [, , count]) => sum + (count as number), 0) === 250);
      expect(handled).toEqual(seen.batches.map(({ events: { length } }) => length));
    });

    it('keeps batches within their limits, and hands over what is larger alone', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready({ batchMaxEvents: 7, batchMaxBytes: 20_000 });
      const large = rawEvent('large', 'x'.repeat(50_000));
      const medium = Array.from({ length: 10 }, (_, at) => rawEvent(`medium-${at}`, 'x'.repeat(6_000)));
      await bus.publish([...rawEvents(20), large, ...medium]);
      const seen = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await eventually(() => seen.names.length === 31);

      for (const { events } of seen.batches) {
        expect(events.length).toBeLessThanOrEqual(7);
        const bytes = events.reduce((sum, event) => sum + event.bytes, 0);
        expect(events.length === 1 || bytes <= 20_000).toBe(true);
      }
      expect(seen.batches.length).toBeLessThan(15);
    });

    it('commits only after the handler has returned', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready();
      await bus.publish(rawEvents(5));
      const gate = Promise.withResolvers<void>();
      const entered = Promise.withResolvers<void>();
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: () => {
          entered.resolve();
          return gate.promise;
        },
      });
      await entered.promise;
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(5n);
      gate.resolve();
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    });

    it('finishes and commits the batch at hand when it is closed, takes no more, and goes on from there', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready({ batchMaxEvents: 5 });
      await bus.publish(rawEvents(20));
      const gate = Promise.withResolvers<void>();
      const entered = Promise.withResolvers<Batch<'news.raw.v1'>>();
      const first: string[] = [];
      const subscription = await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) => {
          entered.resolve(batch);
          await gate.promise;
          first.push(...namesOf(batch));
        },
      });
      const { signal } = await entered.promise;
      expect(signal.aborted).toBe(false);
      const closing = subscription.close();
      await eventually(() => signal.aborted);
      gate.resolve();
      await Promise.all([closing, subscription.close()]);
      expect(first).toHaveLength(5);
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(15n);

      const rest = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: rest.handle });
      await eventually(() => rest.names.length === 15);
      expect(first).toHaveLength(5);
      expect(new Set([...first, ...rest.names]).size).toBe(20);
    });

    it('shows every group everything', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(30));
      const [one, other] = [remember(), remember()];
      await bus.subscribe({ topic: bench.raw, group: uniqueName('group'), handle: one.handle });
      await bus.subscribe({ topic: bench.raw, group: uniqueName('group'), handle: other.handle });
      await eventually(() => one.names.length === 30 && other.names.length === 30);
    });

    it('shares the partitions among the consumers of a group, each event handled once', async () => {
      await using bench = new Workbench(connect(), 4);
      const [one, other] = [remember(), remember()];
      const buses = [await bench.ready(), await bench.bus()] as const;
      await buses[0].subscribe({ topic: bench.raw, group: bench.group, handle: one.handle });
      await buses[1].subscribe({ topic: bench.raw, group: bench.group, handle: other.handle });
      // in calm: both have work, so the group has settled
      await eventually(async () => {
        await buses[0].publish(rawEvents(20, uniqueName('warm-up')));
        return one.batches.length > 0 && other.batches.length > 0;
      });
      await eventually(async () => (await lagOf(buses[0], bench.group, bench.raw)) === 0n);
      const before = one.names.length + other.names.length;

      await buses[0].publish(rawEvents(200));
      await eventually(() => one.names.length + other.names.length - before === 200);
      await eventually(async () => (await lagOf(buses[0], bench.group, bench.raw)) === 0n);
      const names = [...one.names, ...other.names].filter((name) => name.startsWith('article-'));
      expect(new Set(names).size).toBe(200);
      expect(names).toHaveLength(200);
      const [state] = await buses[0].groups([bench.group], [bench.raw.name]);
      expect(state).toMatchObject({ members: 2, lag: 0n });
    });

    it('gives the partitions of a consumer that left to those who stay', async () => {
      await using bench = new Workbench(connect(), 4);
      const [stays, leaves] = [await bench.ready(), await bench.bus()];
      const seen = remember();
      await stays.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await leaves.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await leaves.close();
      await stays.publish(rawEvents(40));
      await eventually(() => new Set(seen.names).size === 40);
    });

    it('keeps the order of each key when its partition changes hands, also of events that are tried again', async () => {
      await using bench = new Workbench(connect(), 4);
      const [leaves, stays] = [await bench.ready({ batchMaxEvents: 3 }), await bench.bus({ batchMaxEvents: 3 })];
      const done = new Map<string, number[]>();
      const handle = async ({ events }: Batch<'news.raw.v1'>): Promise<Outcome[]> => {
        const waiting = new Set<string>(); // within a batch the order of a key is its handler's affair
        return events.map(({ event, attempt }) => {
          const number = Number(event.data.body);
          if (waiting.has(event.subject) || (attempt === 1 && number % 7 === 3)) {
            waiting.add(event.subject);
            return new KhabarError('not-now', 'Not now', { retriable: true });
          }
          const ofKey = done.get(event.subject) ?? [];
          done.set(event.subject, [...ofKey, number]);
          return 'done';
        });
      };
      const numbers = Array.from({ length: 30 }, (_, number) => number);
      await leaves.publish(numbers.flatMap((number) => ['a', 'b', 'c', 'd'].map((key) => rawEvent(key, `${number}`))));
      await leaves.subscribe({ topic: bench.raw, group: bench.group, handle });
      await eventually(() => [...done.values()].flat().length > 20);
      await stays.subscribe({ topic: bench.raw, group: bench.group, handle });
      await leaves.close();
      await eventually(() => [...done.values()].filter((ofKey) => ofKey.includes(29)).length === 4);
      // what comes again is of no concern: the first of each counts
      for (const ofKey of done.values()) expect([...new Set(ofKey)]).toEqual(numbers);
    });

    it('lets one group consume several topics', async () => {
      await using bench = new Workbench(connect());
      const buses = [await bench.ready(), await bench.bus()] as const;
      await buses[0].ensureTopics([bench.changes]);
      const seen = remember();
      const changes: string[] = [];
      for (const bus of buses) {
        await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
        await bus.subscribe({
          topic: bench.changes,
          group: bench.group,
          handle: async (batch) => void changes.push(...batch.events.map(({ key }) => key)),
        });
      }
      await buses[0].publish([...rawEvents(30), articleChangeEvent(articleChangeExample)]);
      await eventually(() => new Set(seen.names).size === 30 && changes.length > 0);
      expect(new Set(changes)).toEqual(new Set([articleChangeExample.id]));
    });

    it('reads no more than may be in flight, one larger record at a time all the same, and goes on when it is done', async () => {
      await using bench = new Workbench(connect(), 2);
      const maxBytesInFlight = 256 * 1024;
      const bus = await bench.ready({ maxBytesInFlight });
      const huge = rawEvent('huge', 'x'.repeat(2 * maxBytesInFlight));
      for (let at = 0; at < 10; at += 1) {
        const some = Array.from({ length: 20 }, (_, each) => rawEvent(`some-${at}-${each}`, randomText(16 * 1024)));
        await bus.publish(at === 5 ? [...some, huge] : some);
      }
      const gate = Promise.withResolvers<void>();
      const held = new Set<number>();
      const done: string[] = [];
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) => {
          held.add(batch.partition);
          await gate.promise;
          done.push(...namesOf(batch));
        },
      });
      await eventually(() => held.size === 2);
      gate.resolve();
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(new Set(done).size).toBe(201);
      expect(done).toHaveLength(201);
    });

    it('lets no partition wait for another', async () => {
      await using bench = new Workbench(connect(), 3);
      const bus = await bench.ready();
      const gate = Promise.withResolvers<void>();
      const seen = remember();
      let stuck: number | null = null;
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: (batch: Batch<'news.raw.v1'>) => {
          stuck ??= batch.partition;
          return stuck === batch.partition ? gate.promise : seen.handle(batch);
        },
      });
      const [first, ...others] = rawEvents(100);
      await bus.publish([first!]);
      await eventually(() => stuck !== null);
      for (const event of others) await bus.publish([event]);
      const mine = (await bus.topics()).find(({ name }) => name === bench.raw.name)!;
      const elsewhere = mine.partitions.filter(({ partition }) => partition !== stuck);
      const count = Number(elsewhere.reduce((sum, { endOffset }) => sum + endOffset, 0n));
      await eventually(() => seen.names.length === count);
      gate.resolve();
    });
  });
}

/** Text that no compression makes much smaller. */
function randomText(length: number): string {
  return randomBytes(length / 2).toString('hex');
}
