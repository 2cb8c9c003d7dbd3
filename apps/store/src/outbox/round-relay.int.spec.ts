import { isDeepStrictEqual } from 'node:util';
import { type Bus, type NumberedPublisher, openBus } from '@khabar/bus';
import { ARTICLE_CHANGES, type CloudEvent, type TopicDefinition } from '@khabar/contracts';
import { createTestDatabase, describeKafka, eventually, type TestDatabase, uniqueName } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { RoundRelay } from './round-relay.ts';

function exactlyOnce(brokers: string[] | null): void {
  let database: TestDatabase;
  let store: DataSource;
  let otherStore: DataSource;
  let bus: Bus;
  let topic: TopicDefinition;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { url: database.url, connections: 4 };
    store = await openDatabase(settings);
    otherStore = await openDatabase(settings);
    topic = { ...ARTICLE_CHANGES, name: uniqueName('changes'), partitions: 3 };
    bus = await openBus({
      service: 'store',
      version: '0.0.0',
      kafkaBrokers: brokers,
      databaseUrl: brokers === null ? database.url : null,
      maxAttempts: 3,
      retryBaseMs: 10,
      retryMaxMs: 100,
      batchMaxEvents: 100,
      batchMaxBytes: 1_000_000,
      maxBytesInFlight: 1_000_000,
      lingerMs: 0,
      transactions: false,
      topics: [topic],
    });
    await bus.ensureTopics([topic]);
  });

  afterAll(async () => {
    await bus.close();
    await store.destroy();
    await otherStore.destroy();
    await database.drop();
  });

  beforeEach(() => store.query('DELETE FROM store.outbox'));

  let minute = 0;

  /** Stores a change of each of these articles. */
  const change = (...names: string[]) => {
    minute++;
    const fetchedAt = new Date(Date.UTC(2026, 2, 14, 9, minute)).toISOString();
    const events = names.map((name) =>
      makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), fetchedAt, title: `v${minute}` }),
    );
    return saveArticles(store, events, fetchedAt);
  };

  const waiting = async () => (await store.query('SELECT FROM store.outbox')).length as number;

  /** The revisions that a reader of committed records sees of an article. */
  async function announced(name: string): Promise<number[]> {
    const revisions: number[] = [];
    const signal = AbortSignal.timeout(20_000);
    for await (const { key, value } of bus.read(topic.name, { from: 'beginning', follow: false, signal })) {
      if (key === idOf(name)) revisions.push((JSON.parse(value!.toString()) as { revision: number }).revision);
    }
    return revisions;
  }

  /** A round may be seen a moment after it was published. */
  const becomes = (name: string, revisions: number[]) =>
    eventually(async () => isDeepStrictEqual(await announced(name), revisions));

  type Publish = NumberedPublisher['publish'];

  /** A relay that dies in the middle of its work. */
  const dying = (publish: (real: Publish) => Publish, of = store) =>
    new RoundRelay(of, {
      numberedPublisher: async (name) => {
        const real = await bus.numberedPublisher(name);
        return {
          get last() {
            return real.last;
          },
          publish: publish((number, events) => real.publish(number, events)),
          close: () => real.close(),
        };
      },
    });

  /** Ends the transaction of the relay that has its turn. */
  const endTurn = () =>
    store.query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND (classid::bigint << 32 | objid::bigint) = hashtextextended('khabar store outbox', 0)
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  const killed = () => Promise.reject(new Error('killed'));
  const publishAndDie = (real: Publish) => async (number: bigint, events: readonly CloudEvent[]) => {
    await real(number, events);
    await killed();
  };

  it('empties the outbox round by round, each article in its order', async () => {
    await change('a', 'b');
    await change('a');
    const relay = new RoundRelay(store, bus);
    expect(await relay.relay(2)).toMatchObject({ inTurn: true, count: 2 });
    expect(await relay.relay(2)).toMatchObject({ count: 1 });
    expect(await relay.relay(2)).toMatchObject({ inTurn: true, count: 0, oldestStoredAt: null });
    await relay.close();
    expect(await waiting()).toBe(0);
    await becomes('a', [1, 2]);
    await becomes('b', [1]);
  });

  it('publishes after the next start exactly what it had written down, where it was killed before', async () => {
    await change('c', 'd');
    await expect(dying(() => killed).relay(500)).rejects.toThrow('killed');
    await change('c');
    const relay = new RoundRelay(otherStore, bus);
    expect(await relay.relay(500)).toMatchObject({ count: 2 });
    expect(await relay.relay(500)).toMatchObject({ count: 1 });
    await relay.close();
    await becomes('c', [1, 2]);
    await becomes('d', [1]);
  });

  it('publishes nothing twice, where it was killed before the outbox was rid of it', async () => {
    await change('e');
    await expect(dying(publishAndDie).relay(500)).rejects.toThrow('killed');
    expect(await waiting()).toBe(1);
    const relay = new RoundRelay(otherStore, bus);
    await relay.relay(500);
    await relay.close();
    expect(await waiting()).toBe(0);
    await becomes('e', [1]);
  });

  it('takes turns with that of another store', async () => {
    const relays = [new RoundRelay(store, bus), new RoundRelay(otherStore, bus)];
    for (let turn = 0; turn < 4; turn++) {
      await change('f');
      expect(await relays[turn % 2]!.relay(500)).toMatchObject({ inTurn: true, count: 1 });
    }
    for (const relay of relays) await relay.close();
    await becomes('f', [1, 2, 3, 4]);
  });

  it('refuses what one publishes that lost its turn and does not know', async () => {
    await change('g');
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const slowly = (real: Publish) => async (number: bigint, events: readonly CloudEvent[]) => {
      reached.resolve();
      await released.promise;
      await real(number, events);
    };
    const frozen = dying(slowly).relay(500);
    frozen.catch(() => undefined);
    await reached.promise;
    await endTurn();
    const relay = new RoundRelay(otherStore, bus);
    await eventually(async () => (await relay.relay(500)).count === 1); // the turn is free once the backend has ended
    released.resolve();
    await expect(frozen).rejects.toThrow();
    await relay.close();
    await becomes('g', [1]);
  });

  it('begins no round when it lost its turn and does not know', async () => {
    await change('k');
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const frozen = new RoundRelay(store, {
      numberedPublisher: async (name) => {
        reached.resolve(); // it has read what is in the outbox
        await released.promise;
        return bus.numberedPublisher(name);
      },
    });
    const round = frozen.relay(500);
    round.catch(() => undefined);
    await reached.promise;
    await endTurn();
    // the next one has published, and not yet deleted, when the frozen one goes on
    const second = dying(publishAndDie, otherStore);
    await eventually(() =>
      second.relay(500).then(
        () => false,
        () => true,
      ),
    );
    released.resolve();
    await expect(round).rejects.toMatchObject({ code: 'turn-lost' });
    const next = new RoundRelay(otherStore, bus);
    expect(await next.relay(500)).toMatchObject({ inTurn: true, count: 1 });
    await next.close();
    await becomes('k', [1]);
  });

  it('loses nothing where the database is older than what was announced', async () => {
    await store.query('UPDATE store.relay_round SET number = 0');
    await change('h');
    const relay = new RoundRelay(store, bus);
    await relay.relay(500);
    await relay.close();
    await becomes('h', [1]);
  });

  it('goes on where the outbox was emptied behind its back', async () => {
    await change('i', 'j');
    await expect(dying(() => killed).relay(500)).rejects.toThrow('killed');
    await store.query('DELETE FROM store.outbox');
    await change('i');
    const relay = new RoundRelay(store, bus);
    expect(await relay.relay(500)).toMatchObject({ count: 0 });
    expect(await relay.relay(500)).toMatchObject({ count: 1 });
    await relay.close();
    await becomes('i', [2]);
    await becomes('j', []);
  });
}

describeKafka('announcing changes exactly once over Kafka', exactlyOnce);
describe('announcing changes exactly once over the embedded log', () => exactlyOnce(null));
