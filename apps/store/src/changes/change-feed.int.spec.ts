import { PassThrough, Writable } from 'node:stream';
import { type ArticleChange, articleChangeValidator } from '@khabar/contracts';
import { createLogger, createMetrics } from '@khabar/runtime';
import { createTestDatabase, eventually, seededRandom, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { StoreEvents } from '../events.ts';
import { relayChanges } from '../outbox/relay-changes.ts';
import { ChangeFeed } from './change-feed.ts';
import { deleteOldChanges, readChanges } from './read-changes.ts';
import { type ChangeFilter, streamChanges } from './stream-changes.ts';

const ALL: ChangeFilter = { kinds: null, source: null };
const FUTURE = '2999-01-01T00:00:00.000Z';

describe('following changes', () => {
  let database: TestDatabase;
  let store: DataSource;
  let otherStore: DataSource;
  let feed: ChangeFeed;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { url: database.url, connections: 6 };
    store = await openDatabase(settings);
    otherStore = await openDatabase(settings);
  });

  afterAll(async () => {
    await store.destroy();
    await otherStore.destroy();
    await database.drop();
  });

  const feedOf = (dataSource: Pick<DataSource, 'query'>) => {
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    return new ChangeFeed(dataSource as DataSource, new StoreEvents(logger, createMetrics('store')));
  };

  beforeEach(() => {
    feed = feedOf(store);
  });

  afterEach(() => feed.beforeApplicationShutdown());

  let minute = 0;

  /** Gives each of these articles another title. */
  const change = (...names: string[]) => {
    const fetchedAt = new Date(Date.UTC(2026, 2, 14, 9, minute++)).toISOString();
    const events = names.map((name) =>
      makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), fetchedAt, title: `v${minute}` }),
    );
    return saveArticles(store, events, fetchedAt);
  };

  const announce = async (from = store) => {
    const relayed = await relayChanges(from, () => Promise.resolve(), 100);
    feed.ring();
    return relayed;
  };

  /** A client of the stream: what it saw, and its place, which it takes along when it comes back. */
  class Client {
    readonly changes: ArticleChange[] = [];
    lastId: number | null = null;
    #out = new PassThrough();
    #streaming: Promise<unknown> = Promise.resolve();

    async connect(filter = ALL): Promise<void> {
      const begin = await feed.enter(this.lastId);
      const out = (this.#out = new PassThrough());
      let text = '';
      out.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.#take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      });
      this.#streaming = streamChanges(feed, out, begin, filter).finally(() => feed.leave());
      await eventually(() => this.lastId !== null);
    }

    async leave(): Promise<void> {
      this.#out.destroy();
      await this.#streaming;
    }

    /** How the stream ended. */
    get end(): Promise<unknown> {
      return this.#streaming;
    }

    #take(event: string): void {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1];
      const data = field('data');
      if (data !== undefined) this.changes.push(articleChangeValidator.assert(JSON.parse(data)));
      this.lastId = Number(field('id') ?? this.lastId);
    }
  }

  const titles = ({ changes }: Client) => changes.map(({ id, revision }) => `${id} ${revision}`);

  it('begins with what changes from now on, and goes on where it was cut off', async () => {
    await change('a');
    await announce();
    const client = new Client();
    await client.connect();
    await client.leave();
    await change('a', 'b');
    await announce();
    await client.connect();
    await eventually(() => client.changes.length === 2);
    expect(client.changes.map(({ id, kind }) => [id, kind])).toEqual(
      expect.arrayContaining([
        [idOf('a'), 'revised'],
        [idOf('b'), 'created'],
      ]),
    );
    await client.leave();
  });

  it('misses nothing and repeats nothing, whoever announces and however often it is cut off', async () => {
    const random = seededRandom(6);
    const clients = Array.from({ length: 6 }, () => new Client());
    for (const client of clients) await client.connect();
    const told: string[] = [];
    for (let round = 0; round < 25; round++) {
      const names = Array.from({ length: 1 + (round % 4) }, (_, n) => `busy ${n}`);
      const { announcements } = await change(...names);
      told.push(...announcements.map(({ articleId, revision }) => `${articleId} ${revision}`));
      // two stores want the turn, and sometimes nobody looks for a while
      if (random() < 0.8) await Promise.all([announce(store), announce(otherStore)]);
      for (const client of clients) {
        if (random() < 0.7) continue;
        await client.leave();
        await client.connect();
      }
    }
    while ((await announce()).count > 0);
    await eventually(() => clients.every(({ changes }) => changes.length >= told.length));
    for (const client of clients) {
      expect(titles(client)).toHaveLength(told.length);
      expect(new Set(titles(client))).toEqual(new Set(told));
      for (const name of ['busy 0', 'busy 3']) {
        const revisions = client.changes.filter(({ id }) => id === idOf(name)).map(({ revision }) => revision);
        expect(revisions).toEqual(revisions.toSorted((x, y) => x - y));
      }
      await client.leave();
    }
  });

  it('sees what a slow transaction adds behind others', async () => {
    const client = new Client();
    await client.connect();
    const runner = store.createQueryRunner();
    await runner.startTransaction();
    await runner.query(
      `INSERT INTO store.outbox (article_id, revision, kind, stored_at) VALUES ($1, 1, 'created', now())`,
      [idOf('slow')],
    );
    await change('quick');
    await announce();
    await eventually(() => client.changes.length === 1);
    await runner.commitTransaction();
    await runner.release();
    await announce();
    await eventually(() => client.changes.length === 2);
    expect(client.changes[1]!.id).toBe(idOf('slow'));
    await client.leave();
  });

  it('sees the kinds and the source that it asks for, and comes back to its place behind what it did not see', async () => {
    const source = idOf('one source');
    const client = new Client();
    await client.connect({ kinds: new Set(['created']), source });
    const event = (name: string, sourceId: string, title: string, minute: number) =>
      makeArticleEvent({
        ...{ id: idOf(name), rawId: idOf(`raw ${name}`), sourceId, title },
        fetchedAt: new Date(Date.UTC(2026, 3, 1, 9, minute)).toISOString(),
      });
    await saveArticles(store, [event('wanted', source, 'x', 1)], FUTURE);
    await saveArticles(store, [event('wanted', source, 'y', 2)], FUTURE);
    await saveArticles(store, [event('unwanted', idOf('other source'), 'x', 1)], FUTURE);
    await saveArticles(store, [event('wanted too', source, 'x', 1)], FUTURE);
    await announce();
    await eventually(() => client.changes.length === 2);
    expect(client.changes.map(({ id, kind }) => [id, kind])).toEqual([
      [idOf('wanted'), 'created'],
      [idOf('wanted too'), 'created'],
    ]);
    await client.leave();
  });

  it('asks the database once for all who are at the end', async () => {
    let questions = 0;
    const counted = {
      query: (text: string, parameters: unknown[]) => {
        if (text.includes('LIMIT')) questions++;
        return store.query(text, parameters);
      },
    };
    feed = feedOf(counted as Pick<DataSource, 'query'>);
    const clients = Array.from({ length: 40 }, () => new Client());
    await Promise.all(clients.map((client) => client.connect()));
    const before = questions;
    await change('for all');
    await announce();
    await eventually(() => clients.every(({ changes }) => changes.length === 1));
    expect(questions - before).toBeLessThan(clients.length / 2);
    await Promise.all(clients.map((client) => client.leave()));
  });

  it('is cut off when it does not read, and nothing is read ahead of it', async () => {
    const begin = await feed.enter(null);
    let written = 0;
    const stuck = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer) {
        written += chunk.length; // and never says that it is done
      },
    });
    const end = streamChanges(feed, stuck, begin, ALL, 50);
    await change('unread');
    await announce();
    expect(await end).toBe('slow');
    expect(written).toBeLessThan(100);
    feed.leave();
  });

  it('ends when the service stops, and lets nobody in then', async () => {
    const client = new Client();
    await client.connect();
    await feed.beforeApplicationShutdown();
    expect(await client.end).toBe('left');
    await expect(feed.enter(null)).rejects.toMatchObject({ status: 503 });
  });

  describe('once old changes are deleted', () => {
    const numbers = async () =>
      (await store.query<{ number: string }[]>('SELECT number FROM store.changes ORDER BY number')).map(({ number }) =>
        Number(number),
      );

    it('says so to who would miss some, and how to go on', async () => {
      await change('old 1', 'old 2', 'old 3');
      await announce();
      const before = await numbers();
      const last = before.at(-1)!;
      await store.query('UPDATE store.changes_progress SET counted_to = $1', [before.at(-2)]);
      await deleteOldChanges(store, FUTURE, before.length + 5);
      expect(await numbers()).toEqual([last]); // what is not counted stays
      const refusal = {
        status: 410,
        response: { code: 'changes-not-kept', detail: expect.stringContaining(`after=${before.at(-2)}.`) },
      };
      await expect(feed.enter(before.at(-3)!)).rejects.toMatchObject(refusal);
      await expect(feed.enter(last + 1)).rejects.toMatchObject({ status: 410 });
      expect(await readChanges(store, before.at(-3)!, 10)).toBeNull();
      expect(await feed.enter(before.at(-2)!)).toBe(before.at(-2));
      feed.leave();
    });

    it('deletes so many at once, the oldest first, and none that is young', async () => {
      await change('young 1', 'young 2');
      await announce();
      await store.query('UPDATE store.changes_progress SET counted_to = 1000000');
      const before = await numbers();
      expect(await deleteOldChanges(store, '2000-01-01T00:00:00.000Z', 10)).toBe(0);
      expect(await deleteOldChanges(store, FUTURE, 2)).toBe(2);
      expect(await numbers()).toEqual(before.slice(2));
    });
  });
});
