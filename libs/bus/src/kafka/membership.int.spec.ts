import { KhabarError } from '@khabar/contracts';
import { describeKafka, eventually } from '@khabar/testing';
import { AssignerProtocol, Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { Bus } from '../bus.ts';
import type { Batch } from '../handling.ts';
import { Workbench, lagOf, namesOf, rawEvents, remember } from '../contract/workbench.contract.ts';
import { openKafkaDriver } from './kafka-driver.ts';

const SESSION_MS = 2_500;

type RawBatch = Batch<'news.raw.v1'>;

describeKafka('a member of a group', (brokers) => {
  const newBench = (partitions: number) => new Workbench({ kafkaBrokers: brokers, databaseUrl: null }, partitions);

  /** Which partitions of the topic each member has, by its id, as the coordinator knows it. */
  async function assignments({ group, raw }: Workbench): Promise<Map<string, number[]>> {
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    try {
      await admin.connect();
      const [described] = (await admin.describeGroups([group])).groups;
      return new Map(
        described!.members.map(({ memberId, memberAssignment }) => [
          memberId,
          AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[raw.name] ?? [],
        ]),
      );
    } finally {
      await admin.disconnect();
    }
  }

  it('stays one while its handler works for longer than a session, and gets nothing twice', async () => {
    await using bench = newBench(2);
    // so few that more than a batch is in line behind the long work, and no room for more
    const settings = bench.settings({ batchMaxEvents: 2 });
    const driver = openKafkaDriver({ brokers, clientId: 'contract', lingerMs: 1, sessionTimeoutMs: SESSION_MS });
    await using bus = new Bus(driver, settings);
    await bus.ensureTopics([bench.raw]);
    const seen = remember();
    const long = Promise.withResolvers<void>();
    let longPartition: number | null = null;
    await bus.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch) => {
        await seen.handle(batch);
        longPartition ??= batch.partition;
        if (batch.partition === longPartition) await long.promise;
      },
    });
    const before = await assignments(bench);
    await bus.publish(rawEvents(20, 'early-'));
    await eventually(() => longPartition !== null);
    const begunAtMs = performance.now();
    await eventually(() => performance.now() > begunAtMs + 2 * SESSION_MS);
    await bus.publish(rawEvents(20, 'late-'));
    await eventually(() => seen.batches.some((batch) => namesOf(batch)[0]!.startsWith('late-')));

    expect(seen.batches.map(({ signal }) => signal.aborted)).not.toContain(true);
    long.resolve();
    await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    expect(seen.names).toHaveLength(40);
    expect(new Set(seen.names).size).toBe(40);
    expect(await assignments(bench)).toEqual(before);
  });

  // https://github.com/tulios/kafkajs/issues/1097: after a rebalance the handler ran beside the one that still had the partition
  it('that gets a partition back works on it once at a time (kafkajs issue 1097)', async () => {
    await using bench = newBench(2);
    const [first, second] = [await bench.ready(), await bench.bus()];
    await first.publish(rawEvents(20));
    const atWork = new Map<RawBatch, () => void>();
    const [together, seen] = [new Set<number>(), remember()];
    const workOn = (partition: number) => [...atWork.keys()].find((batch) => batch.partition === partition);
    await first.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch) => {
        await seen.handle(batch);
        if (workOn(batch.partition)) together.add(batch.partition);
        if (seen.batches.length > 2) return;
        await new Promise<void>((resolve) => atWork.set(batch, resolve));
        atWork.delete(batch);
      },
    });
    await eventually(() => atWork.size === 2);

    const visit = await second.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async () => {
        throw new KhabarError('elsewhere', 'Not here', { dependency: true });
      },
    });
    const taken = await eventually(() => [...atWork.keys()].find(({ signal }) => signal.aborted));
    await visit.close();
    await eventually(async () => (await assignments(bench)).size === 1);
    const kept = 1 - taken.partition;
    const keptBatch = workOn(kept)!;
    expect(keptBatch.signal.aborted).toBe(false);
    atWork.get(keptBatch)!();
    // what comes of the partition that it kept was fetched together with what it would get of the other
    for (let round = 1; round <= 5; round += 1) {
      const count = () => seen.batches.filter(({ partition }) => partition === kept).length;
      const before = count();
      await first.publish(rawEvents(20, `round-${round}-`));
      await eventually(() => count() > before);
    }
    expect(atWork.has(taken)).toBe(true);
    expect([...together]).toEqual([]);

    atWork.get(taken)!();
    await eventually(async () => (await lagOf(first, bench.group, bench.raw)) === 0n);
    expect(new Set(seen.names).size).toBe(120);
  });

  // https://github.com/tulios/kafkajs/issues/1122: stopped and started from its handler, it got the partition that another had
  it('that stops in the middle of its work and starts again shares no partition with another (kafkajs issue 1122)', async () => {
    await using bench = newBench(2);
    const [first, second] = [await bench.ready(), await bench.bus()];
    const [released, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seen = [remember(), remember()] as const;
    const stopping = await first.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch) => {
        await seen[0].handle(batch);
        begun.resolve();
        await released.promise;
      },
    });
    await second.subscribe({ topic: bench.raw, group: bench.group, handle: seen[1].handle });
    await eventually(async () => [...(await assignments(bench)).values()].every(({ length }) => length === 1));
    await first.publish(rawEvents(20, 'early-'));
    await begun.promise;
    const stopped = stopping.close();
    await first.subscribe({ topic: bench.raw, group: bench.group, handle: seen[0].handle });
    released.resolve();
    await stopped;

    await eventually(async () => {
      const partitions = [...(await assignments(bench)).values()];
      expect(partitions.toSorted()).toEqual([[0], [1]]);
      return true;
    });
    await eventually(async () => (await lagOf(second, bench.group, bench.raw)) === 0n);
    await first.publish(rawEvents(20, 'late-'));
    await eventually(async () => (await lagOf(second, bench.group, bench.raw)) === 0n);
    const late = seen.map(({ names }) => names.filter((name) => name.startsWith('late-')));
    expect(late.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(late.flat().toSorted()).toEqual(
      rawEvents(20, 'late-')
        .map(({ data }) => data.body!)
        .toSorted(),
    );
  });

  // https://github.com/tulios/kafkajs/issues/1593: stopped while it joined, it went on to consume, and to send heartbeats
  it('that was closed while its group rebalanced, or while it joined, is none any more and gets nothing (kafkajs issue 1593)', async () => {
    await using bench = newBench(4);
    const stays = await bench.ready();
    const staying = remember();
    await stays.subscribe({ topic: bench.raw, group: bench.group, handle: staying.handle });
    let published = 0;
    let late = 0;
    for (let round = 0; round < 2; round += 1) {
      let closed = false;
      const handle = async (batch: RawBatch) => {
        if (closed) late += batch.events.length;
      };
      const [leaving, joining] = [await bench.bus(), await bench.bus()];
      await leaving.subscribe({ topic: bench.raw, group: bench.group, handle });
      // the join of one makes the group rebalance while the other leaves; in every second round the one that joins leaves as well
      const joined = joining
        .subscribe({ topic: bench.raw, group: bench.group, handle })
        .catch((error: unknown) => error);
      await stays.publish(rawEvents(10, `round-${round}-`));
      published += 10;
      await Promise.all([leaving.close(), round % 2 === 0 ? joined : joining.close()]);
      if (round % 2 === 0) await joining.close();
      else expect(await joined).toMatchObject({ code: 'bus-closed' });
      closed = true;
      await stays.publish(rawEvents(10, `after-${round}-`));
      published += 10;
      await eventually(async () => (await lagOf(stays, bench.group, bench.raw)) === 0n);
      expect(await assignments(bench)).toMatchObject({ size: 1 });
    }
    expect(late).toBe(0);
    expect(staying.names.filter((name) => name.startsWith('after-'))).toHaveLength(published / 2);
  });
});
