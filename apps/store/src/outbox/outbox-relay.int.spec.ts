import { openBus, type Bus } from '@khabar/bus';
import {
  ARTICLE_CHANGES,
  type ArticleChange,
  articleChangeValidator,
  type CloudEvent,
  TOPICS,
} from '@khabar/contracts';
import { createTestDatabase, eventually, type TestDatabase } from '@khabar/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import type { Announcement } from '../articles/merge.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { relayChanges } from './relay-changes.ts';

describe('announcing changes', () => {
  let database: TestDatabase;
  let store: DataSource;
  let otherStore: DataSource;
  let bus: Bus;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { url: database.url, connections: 4 };
    store = await openDatabase(settings);
    otherStore = await openDatabase(settings);
    bus = await openBus({
      service: 'store',
      version: '0.0.0',
      kafkaBrokers: null,
      databaseUrl: database.url,
      maxAttempts: 3,
      retryBaseMs: 10,
      retryMaxMs: 100,
      batchMaxEvents: 100,
      batchMaxBytes: 1_000_000,
      lingerMs: 0,
      transactions: false,
      maxBytesInFlight: 32 * 1024 * 1024,
    });
    await bus.ensureTopics(TOPICS);
  });

  afterAll(async () => {
    await bus.close();
    await store.destroy();
    await otherStore.destroy();
    await database.drop();
  });

  beforeEach(() => store.query('DELETE FROM store.outbox'));

  const publish = (events: CloudEvent[]) => bus.publish(events);
  const waiting = async () => (await store.query('SELECT FROM store.outbox')).length as number;

  let minute = 0;

  /** Gives each of these articles another title. */
  const change = (...names: string[]) => {
    minute++;
    const fetchedAt = new Date(Date.UTC(2026, 2, 14, 9, minute)).toISOString();
    const events = names.map((name) =>
      makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), fetchedAt, title: `v${minute}` }),
    );
    return saveArticles(store, events, fetchedAt);
  };

  /** Everything on the topic: event ids and changes, in order within each article. */
  async function announced(name: string): Promise<{ eventId: string; change: ArticleChange }[]> {
    const found = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const record of bus.read(ARTICLE_CHANGES.name, { from: 'beginning', follow: false, signal })) {
      const one = articleChangeValidator.assert(JSON.parse(record.value!.toString()));
      if (one.id === idOf(name)) found.push({ eventId: record.headers['ce_id']!, change: one });
    }
    return found;
  }

  it('empties the outbox onto the topic, each article in its order', async () => {
    await change('a', 'b');
    await change('b', 'a');
    await change('a');
    expect(await relayChanges(store, publish, 500)).toMatchObject({ inTurn: true, count: 5 });
    expect(await waiting()).toBe(0);
    const changes = (await announced('a')).map(({ change: { kind, reason, revision } }) => [kind, reason, revision]);
    expect(changes).toEqual([
      ['created', null, 1],
      ['revised', 'text', 2],
      ['revised', 'text', 3],
    ]);
  });

  it('takes so many at a time, the oldest first', async () => {
    await change('c');
    await change('d', 'e');
    const seen: string[] = [];
    const record = async (events: CloudEvent[]) => void seen.push(...events.map(({ subject }) => subject));
    expect(await relayChanges(store, record, 2)).toMatchObject({ count: 2 });
    expect(seen[0]).toBe(idOf('c'));
    expect(await relayChanges(store, record, 2)).toMatchObject({ count: 1 });
    expect(new Set(seen)).toEqual(new Set(['c', 'd', 'e'].map(idOf)));
  });

  it('announces again, under the same id, what it announced before it was killed', async () => {
    await change('f');
    await change('f');
    const publishAndDie = async (events: CloudEvent[]) => {
      await bus.publish(events);
      throw new Error('killed between publishing and deleting');
    };
    await expect(relayChanges(store, publishAndDie, 500)).rejects.toThrow('killed');
    expect(await waiting()).toBe(2);
    await relayChanges(otherStore, publish, 500);
    const ids = (await announced('f')).map(({ eventId }) => eventId);
    expect(ids).toHaveLength(4);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
  });

  it('keeps everything while the bus refuses', async () => {
    await change('g');
    const refuse = () => Promise.reject(new Error('no broker'));
    await expect(relayChanges(store, refuse, 500)).rejects.toThrow('no broker');
    expect(await waiting()).toBe(1);
  });

  it('leaves the turn to the relay that is at work', async () => {
    await change('h');
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const slowly = async () => {
      reached.resolve();
      await released.promise;
    };
    const first = relayChanges(store, slowly, 500);
    await reached.promise;
    expect(await relayChanges(otherStore, publish, 500)).toMatchObject({ inTurn: false, count: 0 });
    released.resolve();
    expect(await first).toMatchObject({ inTurn: true, count: 1 });
    expect(await relayChanges(otherStore, publish, 500)).toMatchObject({ inTurn: true, count: 0 });
  });

  describe('to a bus that answers late', () => {
    let strict: DataSource;

    /** A store whose silent transactions end soon. */
    beforeAll(async () => {
      const options = { ...store.options, extra: { idle_in_transaction_session_timeout: 300 } };
      strict = await new DataSource(options as typeof store.options).initialize();
    });

    afterAll(() => strict.destroy());

    const ownTurn = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

    it('keeps its turn, however long that takes', async () => {
      await change('i');
      const released = Promise.withResolvers<void>();
      const round = relayChanges(strict, () => released.promise, 500, 50);
      await eventually(async () => {
        const held = await store.query(
          `SELECT FROM pg_stat_activity WHERE pid IN (${ownTurn}) AND clock_timestamp() - xact_start > interval '1 second'`,
        );
        return held.length > 0;
      });
      expect(await relayChanges(otherStore, publish, 500)).toMatchObject({ inTurn: false });
      released.resolve();
      expect(await round).toMatchObject({ inTurn: true, count: 1 });
      expect(await waiting()).toBe(0);
    });

    it('leaves all to the next relay when it loses its turn, and ends only when the bus has answered', async () => {
      await change('j');
      const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const late = () => {
        asked.resolve();
        return released.promise;
      };
      let settled = false;
      const round = relayChanges(strict, late, 500, 50).finally(() => (settled = true));
      const failing = expect(round).rejects.toMatchObject({ code: 'database-unavailable' });
      await asked.promise; // before, it has nothing to lose
      await eventually(async () => {
        const ended = await store.query(`SELECT pg_terminate_backend(pid) FROM (${ownTurn}) AS holders`);
        return ended.length > 0;
      });
      await eventually(async () => (await relayChanges(otherStore, publish, 500)).count === 1);
      expect(settled).toBe(false);
      released.resolve();
      await failing;
      expect(await announced('j')).toHaveLength(1);
    });
  });

  it('does not pass over what a slow transaction adds below what is announced already', async () => {
    const runner = store.createQueryRunner();
    await runner.startTransaction();
    await runner.query(
      `INSERT INTO store.outbox (article_id, revision, kind, stored_at) VALUES ($1, 1, 'created', now())`,
      [idOf('slow')],
    );
    await change('quick');
    expect(await relayChanges(store, publish, 500)).toMatchObject({ count: 1 });
    await runner.commitTransaction();
    await runner.release();
    expect(await relayChanges(store, publish, 500)).toMatchObject({ count: 1 });
    expect(await announced('slow')).toHaveLength(1);
  });

  it('keeps the order of each article while stores save and relays take turns, some of them killed', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `busy ${n}`);
    let saving = true;
    const seen = new Map<string, number[]>();
    const relays = [store, otherStore].map(async (dataSource, which) => {
      for (let round = 0; saving || (await waiting()) > 0; round++) {
        const publishSometimes = async (events: CloudEvent[]) => {
          for (const { subject, data } of events as CloudEvent<'news.changes.v1'>[]) {
            seen.set(subject, [...(seen.get(subject) ?? []), data.revision]);
          }
          if ((round + which) % 5 === 4) throw new Error('killed');
        };
        await relayChanges(dataSource, publishSometimes, 7).catch(() => undefined);
      }
    });
    const told: Announcement[] = [];
    for (let n = 0; n < 12; n++) {
      const saved = await Promise.all([change(...names.slice(0, 5)), change(...names.slice(3))]);
      told.push(...saved.flatMap(({ announcements }) => announcements));
    }
    saving = false;
    await Promise.all(relays);
    const inOrder = (revisions: readonly number[]) => revisions.toSorted((a, b) => a - b);
    for (const [articleId, revisions] of seen) {
      const due = told.filter((one) => one.articleId === articleId).map(({ revision }) => revision);
      expect([...new Set(revisions)]).toEqual(inOrder(due));
    }
    expect(seen.size).toBe(names.length);
    expect(await waiting()).toBe(0);
  });
});
