import { deadLetterTopic } from '@khabar/contracts';
import { eventually, freePort, uniqueName } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import type { ReadFrom, StoredRecord } from '../log-state.ts';
import { type Connection, Workbench, collect, rawEvent, rawEvents, readAll, remember } from './workbench.contract.ts';

export function lookingContract(connect: () => Connection): void {
  describe('looking', () => {
    it('reads a topic from its beginning to the end it had, each partition in order of offset', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      expect(await readAll(bus, bench.raw)).toEqual([]);
      await bus.publish(rawEvents(300));
      const records = await readAll(bus, bench.raw);
      expect(records).toHaveLength(300);
      const next = new Map<number, bigint>();
      for (const { topic, partition, offset } of records) {
        expect([topic, offset]).toEqual([bench.raw.name, next.get(partition) ?? 0n]);
        next.set(partition, offset + 1n);
      }
    });

    it('reads from an instant on', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(10, 'early-'));
      const early = Math.max(...(await readAll(bus, bench.raw)).map(({ appendedAt }) => Date.parse(appendedAt)));
      await eventually(() => Date.now() > early + 1);
      const late = rawEvents(10, 'late-');
      await bus.publish(late);
      const { signal } = new AbortController();
      const records = bus.read(bench.raw.name, { from: { sinceMs: early + 1 }, follow: false, signal });
      const keys = (await collect(records)).map(({ key }) => key);
      expect(keys.toSorted()).toEqual(late.map(({ subject }) => subject).toSorted());
    });

    it('reads the last records of each partition, or all where there are fewer', async () => {
      await using bench = new Workbench(connect(), 3);
      const bus = await bench.ready();
      const ends = async () => (await bus.topics()).find(({ name }) => name === bench.raw.name)!.partitions;
      const { signal } = new AbortController();
      const readLast = (last: number) => collect(bus.read(bench.raw.name, { from: { last }, follow: false, signal }));
      expect(await readLast(2)).toEqual([]);
      await bus.publish(rawEvents(30));
      const offsets = Map.groupBy(await readLast(2), ({ partition }) => partition);
      for (const { partition, endOffset } of await ends()) {
        const expected = [endOffset - 2n, endOffset - 1n].filter((offset) => offset >= 0n);
        expect((offsets.get(partition) ?? []).map(({ offset }) => offset)).toEqual(expected);
      }
      expect(await readLast(1000)).toHaveLength(30);
    });

    it('reads the partitions that are named from their offsets on, however much is published in between', async () => {
      await using bench = new Workbench(connect(), 3);
      const bus = await bench.ready();
      await bus.publish(rawEvents(60, 'early-'));
      const early = await readAll(bus, bench.raw);
      const from = { offsets: new Map([0, 2].map((partition) => [partition, BigInt(partition + 1)])) };
      await bus.publish(rawEvents(60, 'late-'));
      const { signal } = new AbortController();
      const offsets = Map.groupBy(
        await collect(bus.read(bench.raw.name, { from, follow: false, signal })),
        ({ partition }) => partition,
      );
      expect([...offsets.keys()].toSorted()).toEqual([0, 2]);
      for (const [partition, first] of from.offsets) {
        const ofEarly = early.filter((record) => record.partition === partition && record.offset >= first);
        const ofBoth = offsets.get(partition)!.map(({ offset }) => offset);
        expect(ofBoth.slice(0, ofEarly.length)).toEqual(ofEarly.map(({ offset }) => offset));
        expect(ofBoth.length).toBeGreaterThan(ofEarly.length);
      }
      const behind = { offsets: new Map([[1, 10_000n]]) };
      expect(await collect(bus.read(bench.raw.name, { from: behind, follow: false, signal }))).toEqual([]);
    });

    it.each<[string, ReadFrom, number]>([
      ['the end', 'end', 5],
      ['the beginning', 'beginning', 10],
    ])('follows a topic from %s until it is told to stop', async (_, from, count) => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(5, 'early-'));
      const stop = new AbortController();
      const seen: StoredRecord[] = [];
      const reading = (async () => {
        for await (const record of bus.read(bench.raw.name, { from, follow: true, signal: stop.signal })) {
          seen.push(record);
        }
      })();
      // a reader that starts at the end may miss what comes before it has begun, so it is published until one is seen
      await eventually(async () => {
        if (from === 'end') await bus.publish(rawEvents(1, uniqueName('probe')));
        return seen.length > 0;
      });
      await bus.publish(rawEvents(5, 'late-'));
      const late = new Set(rawEvents(5, 'late-').map(({ subject }) => subject));
      await eventually(() => seen.filter(({ key }) => late.has(key!)).length === 5);
      expect(seen.length).toBeGreaterThanOrEqual(count);
      stop.abort();
      await reading;
    });

    it('stops reading when its reader does', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(50));
      const { signal } = new AbortController();
      for await (const record of bus.read(bench.raw.name, { from: 'beginning', follow: true, signal })) {
        expect(record.key).not.toBe(null);
        break;
      }
    });

    it('stops reading when the bus closes', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(5));
      const { signal } = new AbortController();
      const seen: StoredRecord[] = [];
      for await (const record of bus.read(bench.raw.name, { from: 'beginning', follow: true, signal })) {
        seen.push(record);
        if (seen.length === 5) void bus.close();
      }
      expect(seen).toHaveLength(5);
    });

    it('reads nothing when told to stop at once', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(5));
      const records = bus.read(bench.raw.name, { from: 'beginning', follow: true, signal: AbortSignal.abort() });
      expect(await collect(records)).toEqual([]);
    });

    it('says that a topic to read does not exist', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.bus();
      await expect(readAll(bus, bench.raw)).rejects.toMatchObject({ code: 'unknown-topic' });
    });

    it('lists its topics that exist, with bounds, retention and size', async () => {
      await using bench = new Workbench(connect(), 2);
      const bus = await bench.ready();
      await bus.publish(rawEvents(20));
      const topics = await bus.topics();
      expect(topics.map(({ name }) => name).sort()).toEqual([bench.raw.name, deadLetterTopic(bench.raw).name]);
      const raw = topics.find(({ name }) => name === bench.raw.name)!;
      expect(raw).toMatchObject({ retentionMs: bench.raw.retentionMs, maxMessageBytes: bench.raw.maxMessageBytes });
      expect(raw.partitions.map(({ partition }) => partition)).toEqual([0, 1]);
      expect(raw.partitions.every(({ startOffset }) => startOffset === 0n)).toBe(true);
      expect(raw.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n)).toBe(20n);
    });

    it('knows of each group how many consume and how far it is', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.publish(rawEvents(20));
      const [idle, busy] = [uniqueName('idle'), uniqueName('busy')];
      const topics = [bench.raw.name, bench.changes.name];
      expect(await bus.groups([idle, busy], topics)).toEqual([]);
      const subscription = await bus.subscribe({ topic: bench.raw, group: busy, handle: remember().handle });
      const state = { group: busy, topic: bench.raw.name };
      await eventually(async () => {
        expect(await bus.groups([idle, busy], topics)).toMatchObject([{ ...state, members: 1, lag: 0n }]);
        return true;
      });
      await subscription.close();
      await bus.publish(rawEvents(7));
      expect(await bus.groups([idle, busy], topics)).toMatchObject([{ ...state, members: 0, lag: 7n }]);
    });

    it('knows of each partition of a group where it is, what is left, and since when that waits', async () => {
      await using bench = new Workbench(connect(), 2);
      const bus = await bench.ready();
      const stateNow = async () => (await bus.groups([bench.group], [bench.raw.name]))[0]!;
      await bus.publish(rawEvents(20, 'early-'));
      const subscription = await bus.subscribe({ topic: bench.raw, group: bench.group, handle: remember().handle });
      await eventually(async () => (await stateNow())?.lag === 0n);
      await subscription.close();
      const done = await stateNow();
      expect(done.partitions.map(({ partition, lag, waitingSince }) => [partition, lag, waitingSince])).toEqual([
        [0, 0n, null],
        [1, 0n, null],
      ]);
      expect(done.partitions.reduce((sum, { nextOffset }) => sum + nextOffset, 0n)).toBe(20n);

      const late = rawEvent('late');
      await bus.publish([late]);
      const record = (await readAll(bus, bench.raw)).find(({ key }) => key === late.subject)!;
      const stuck = await stateNow();
      const { nextOffset, lag, waitingSince } = stuck.partitions[record.partition]!;
      expect({ nextOffset, lag }).toEqual({ nextOffset: record.offset, lag: 1n });
      const [told, truth] = [Date.parse(waitingSince!), Date.parse(record.appendedAt)];
      expect(told).toBeLessThanOrEqual(truth);
      expect(truth - told).toBeLessThanOrEqual(Math.max(1_000, (Date.now() - told) * 0.05));
      expect(stuck.partitions[1 - record.partition]).toEqual(done.partitions[1 - record.partition]);
    });

    it('forgets how far a group is, but not while it consumes', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      expect(await bus.forgetGroup(bench.group)).toBe(true);
      await bus.publish(rawEvents(20));
      const subscription = await bus.subscribe({ topic: bench.raw, group: bench.group, handle: remember().handle });
      const lag = async () => (await bus.groups([bench.group], [bench.raw.name]))[0]?.lag;
      await eventually(async () => (await lag()) === 0n);
      expect(await bus.forgetGroup(bench.group)).toBe(false);
      expect(await lag()).toBe(0n);
      await subscription.close();
      expect(await bus.forgetGroup(bench.group)).toBe(true);
      expect(await lag()).toBe(undefined);
      const again = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: again.handle });
      await eventually(() => again.names.length === 20);
    });

    it('creates topics once, however many ask for them at a time, and leaves existing ones alone', async () => {
      await using bench = new Workbench(connect());
      const buses = await Promise.all([bench.bus(), bench.bus(), bench.bus()]);
      const topics = [bench.raw, bench.articles, bench.changes].flatMap((topic) => [topic, deadLetterTopic(topic)]);
      await Promise.all(buses.map((bus) => bus.ensureTopics(topics)));
      await buses[0].publish(rawEvents(5));
      await buses[1].ensureTopics([{ ...bench.raw, partitions: 9, retentionMs: 60_000 }]);
      const states = await buses[2].topics();
      expect(states).toHaveLength(6);
      const raw = states.find(({ name }) => name === bench.raw.name)!;
      expect(raw.partitions).toHaveLength(bench.raw.partitions);
      expect(raw.retentionMs).toBe(bench.raw.retentionMs);
      expect(await readAll(buses[0], bench.raw)).toHaveLength(5);
    });

    it('is up when its log answers and its consumers work', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: remember().handle });
      expect(await bus.health()).toMatchObject({ up: true });
    });

    it('is down, and says so, when nothing answers', async () => {
      const nowhere = `127.0.0.1:${await freePort()}`;
      const { kafkaBrokers } = connect();
      await using bench = new Workbench({
        kafkaBrokers: kafkaBrokers && [nowhere],
        databaseUrl: kafkaBrokers ? null : `postgres://khabar@${nowhere}/khabar`,
      });
      const bus = await bench.bus();
      const { up, detail } = await bus.health();
      expect(up).toBe(false);
      expect(detail).not.toBe('');
      await expect(bus.publish(rawEvents(1))).rejects.toMatchObject({ dependency: true, retriable: true });
    });
  });
}
