import { setTimeout as sleep } from 'node:timers/promises';
import { articleEvent, articleEventId, articleExample, deadLetterTopic } from '@khabar/contracts';
import { type KafkaCluster, eventually, startKafkaCluster } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import type { Batch } from '../handling.ts';
import {
  type RawEvent,
  Workbench,
  lagOf,
  nameOf,
  rawEvent,
  rawEvents,
  readAll,
  remember,
} from '../contract/workbench.contract.ts';
import {
  RollingKills,
  coordinatorOf,
  leaderOf,
  metadataOf,
  whenInSync,
  whenLedWithout,
} from './cluster-workbench.contract.ts';

/** Leaders and coordinators are elected within seconds of a broker's death; its clients then find them. */
const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };
/** How long a publish that cannot succeed is watched. */
const WATCHED_MS = 10_000;

/** Publishes as a careful producer does: what was refused is given again until it is acknowledged. */
async function publishPatiently(bus: Bus, events: readonly RawEvent[]): Promise<void> {
  await eventually(() => bus.publish(events).then(() => true), PATIENCE);
}

/** Each thing where it is first. */
function firsts<T>(all: readonly T[]): T[] {
  return [...new Set(all)];
}

describe('three brokers', () => {
  let cluster: KafkaCluster;
  beforeAll(async () => {
    cluster = await startKafkaCluster();
    await whenInSync(cluster);
  });
  afterAll(() => cluster?.stop());

  const newBench = (partitions?: number) =>
    new Workbench({ kafkaBrokers: cluster.brokers, databaseUrl: null }, partitions);
  const nothingLeft = (bus: Bus, bench: Workbench) =>
    eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n, PATIENCE);

  it('have a copy each of every topic that is created', async () => {
    await using bench = newBench();
    await bench.ready();
    const [topic] = await metadataOf(cluster, [], [bench.raw.name]);
    expect(topic!.partitions.map(({ replicas }) => replicas.toSorted())).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('let a group go on when its coordinator is killed', async () => {
    await using bench = newBench();
    const bus = await bench.ready();
    const seen = remember();
    await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
    await publishPatiently(bus, rawEvents(20, 'before-'));
    await nothingLeft(bus, bench);

    const coordinator = await coordinatorOf(cluster, bench.group);
    await coordinator.kill();
    await publishPatiently(bus, rawEvents(20, 'after-'));
    await eventually(() => firsts(seen.names).length === 40, PATIENCE);
    await nothingLeft(bus, bench);
    await eventually(async () => (await bus.health()).up, PATIENCE);
    await coordinator.restart();
    await whenInSync(cluster);
  });

  it('let a handler that works while its coordinator is killed commit what it did', async () => {
    await using bench = newBench();
    const bus = await bench.ready();
    await bus.publish(rawEvents(20));
    const [seen, through] = [remember(), Promise.withResolvers<void>()];
    await bus.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch) => {
        await seen.handle(batch);
        await through.promise;
      },
    });
    await eventually(() => seen.names.length > 0, PATIENCE);
    const coordinator = await coordinatorOf(cluster, bench.group);
    await coordinator.kill();
    await whenLedWithout(cluster, coordinator);
    through.resolve();

    await nothingLeft(bus, bench);
    expect(firsts(seen.names)).toHaveLength(20);
    await eventually(async () => (await bus.health()).up, PATIENCE);
    await publishPatiently(bus, rawEvents(20, 'after-'));
    await nothingLeft(bus, bench);
    expect(firsts(seen.names)).toHaveLength(40);
    await coordinator.restart();
    await whenInSync(cluster);
  });

  it('let a partition go on in order when its leader is killed', async () => {
    await using bench = newBench(1);
    const bus = await bench.ready();
    const seen = remember();
    await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
    const versions = Array.from({ length: 40 }, (_, at) => rawEvent('article', `version ${at}`));
    const leader = await leaderOf(cluster, bench.raw.name, 0);
    let killed: Promise<void> | null = null;
    for (const [at, version] of versions.entries()) {
      if (at === 10) killed = leader.kill();
      await publishPatiently(bus, [version]);
    }
    await killed;
    await nothingLeft(bus, bench);
    const bodies = seen.batches.flatMap((batch) => batch.events.map(({ event }) => event.data.body));
    expect(firsts(bodies)).toEqual(versions.map(({ data }) => data.body));
    await leader.restart();
    await whenInSync(cluster);
  });

  it('acknowledge nothing while two of them are away, and go on without loss when they are back', async () => {
    await using bench = newBench();
    const bus = await bench.ready();
    const seen = remember();
    await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
    await publishPatiently(bus, rawEvents(20, 'before-'));
    const away = cluster.nodes.slice(1);
    await Promise.all(away.map((node) => node.kill()));

    const outcome = bus.publish(rawEvents(20, 'meanwhile-')).then(
      () => 'acknowledged',
      (error: unknown) => error,
    );
    const soon = await Promise.race([outcome, sleep(WATCHED_MS, 'still waiting')]);
    if (soon !== 'still waiting') expect(soon).toMatchObject({ dependency: true });
    await Promise.all(away.map((node) => node.restart()));
    await publishPatiently(bus, rawEvents(20, 'after-'));

    const stored = new Set((await readAll(bus, bench.raw)).map(({ key }) => key));
    const acknowledged = ['before-', 'after-', ...((await outcome) === 'acknowledged' ? ['meanwhile-'] : [])];
    const events = acknowledged.flatMap((prefix) => rawEvents(20, prefix));
    for (const { subject } of events) expect(stored).toContain(subject);
    await eventually(() => events.every((event) => seen.names.includes(nameOf(event))), PATIENCE);
    await nothingLeft(bus, bench);
    await whenInSync(cluster);
  });

  it('lose and disorder nothing while each of them is killed in turn', async () => {
    await using bench = newBench();
    const [bus, other] = [await bench.ready(), await bench.bus()];
    const seen = remember();
    await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
    await other.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
    const published = new Map<string, string[]>();
    const kills = new RollingKills(cluster);
    for (let round = 0; kills.count <= cluster.nodes.length; round += 1) {
      const events = Array.from({ length: 10 }, (_, at) => rawEvent(`article-${at}`, `version ${round}`));
      await publishPatiently(bus, events);
      for (const event of events)
        published.set(event.subject, [...(published.get(event.subject) ?? []), event.data.body!]);
      await sleep(20); // thousands of rounds would tell no more
    }
    await kills.stop();
    await nothingLeft(bus, bench);

    const stored = Map.groupBy(await readAll(bus, bench.raw), ({ key }) => key!);
    const bodyOf = (value: Buffer | null) => (JSON.parse(value!.toString()) as { body: string }).body;
    const events = seen.batches.flatMap((batch) => batch.events);
    for (const [subject, bodies] of published) {
      expect(firsts(stored.get(subject)!.map(({ value }) => bodyOf(value)))).toEqual(bodies);
      const handled = events.filter(({ key }) => key === subject).map(({ event }) => event.data.body);
      expect(new Set(handled)).toEqual(new Set(bodies));
    }
  });

  it('let each input have its output exactly once, with transactions, while each of them is killed in turn', async () => {
    await using bench = newBench();
    const [bus, other] = [await bench.ready({ transactions: true }), await bench.bus({ transactions: true })];
    await bus.ensureTopics([bench.articles, deadLetterTopic(bench.articles)]);
    const version = articleExample.extraction.parserVersion;
    const handle = async (batch: Batch<'news.raw.v1'>) =>
      batch.events.map(({ event }) => ({
        publish: [articleEvent({ ...articleExample, id: event.subject }, event.id)],
      }));
    for (const each of [bus, other]) await each.subscribe({ topic: bench.raw, group: bench.group, handle });
    const kills = new RollingKills(cluster);
    for (let round = 0; kills.count <= cluster.nodes.length; round += 1) {
      await publishPatiently(bus, rawEvents(10, `round-${round}-`));
      await sleep(20);
    }
    await kills.stop();
    await nothingLeft(bus, bench);

    // an input that was published again, for nobody knew that it was there, is two inputs
    const idsOn = async (topic: typeof bench.raw) =>
      (await readAll(bus, topic)).map(({ headers }) => headers['ce_id']!);
    const inputs = await idsOn(bench.raw);
    expect((await idsOn(bench.articles)).sort()).toEqual(inputs.map((id) => articleEventId(id, version)).sort());
  });
});
