import { KhabarError } from '@khabar/contracts';
import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { idOf, makeArticleEvent } from './event-factory.fixture.ts';
import { saveArticles } from './save-articles.ts';

const NOW = '2026-03-14T10:00:00.000Z';
const at = (minute: number) => `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`;

describe('saving articles', () => {
  let database: TestDatabase;
  let store: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 8 });
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    for (const table of ['articles', 'revisions', 'earlier_texts', 'raw_articles', 'outbox']) {
      await store.query(`DELETE FROM store.${table}`);
    }
  });

  const save = (...events: Parameters<typeof saveArticles>[1]) => saveArticles(store, events, NOW);
  const articles = () => store.query('SELECT * FROM store.articles ORDER BY id');
  const outbox = () => store.query('SELECT kind, reason, revision, article_id FROM store.outbox ORDER BY position');
  const revisions = () =>
    store.query('SELECT number, fetched_at, source_id FROM store.revisions ORDER BY fetched_at, number');
  const earlierTitles = async () => {
    const rows: { title: string }[] = await store.query('SELECT title FROM store.earlier_texts ORDER BY title');
    return rows.map(({ title }) => title);
  };

  it('stores an article with everything that was known of it', async () => {
    const event = makeArticleEvent({ html: '<p>It rained.</p>', tags: ['comma, "quote" and \\ back', ''] });
    await save(event);
    const [row] = await articles();
    expect(row).toMatchObject({
      id: event.data.id,
      revision: 1,
      withdrawn: null,
      raw_id: event.data.rawId,
      sources: [event.data.sourceId],
      title: event.data.title,
      body: event.data.body,
      html: '<p>It rained.</p>',
      tags: ['comma, "quote" and \\ back', ''],
      images: event.data.images,
      published_at: new Date(event.data.publishedAt!),
      content_hash: Buffer.from(event.data.contentHash, 'hex'),
    });
    expect(await outbox()).toEqual([{ kind: 'created', reason: null, revision: 1, article_id: event.data.id }]);
  });

  it('writes nothing for an event that comes again', async () => {
    const event = makeArticleEvent();
    await save(event);
    const before = await articles();
    expect(await save(event, event)).toEqual({ effects: ['known', 'known'], announcements: [] });
    expect(await articles()).toEqual(before);
    expect(await outbox()).toHaveLength(1);
  });

  it('stores an article once that comes twice in one batch', async () => {
    const event = makeArticleEvent();
    const { effects } = await save(event, event);
    expect(effects).toEqual(['shown', 'known']);
    expect(await outbox()).toHaveLength(1);
  });

  it('tells of both when an article is created and revised within one batch', async () => {
    await save(makeArticleEvent({ fetchedAt: at(1) }), makeArticleEvent({ fetchedAt: at(2), title: 'Rain at last' }));
    expect(await outbox()).toMatchObject([
      { kind: 'created', revision: 1 },
      { kind: 'revised', reason: 'text', revision: 2 },
    ]);
    expect(await articles()).toMatchObject([{ revision: 2, title: 'Rain at last' }]);
    expect(await earlierTitles()).toEqual(['Rain reaches the coast']);
  });

  it('sifts a text that it shows already, yet remembers when, from whom and of which raw article it came', async () => {
    await save(makeArticleEvent({ fetchedAt: at(1), rawId: idOf('raw 1'), sourceId: idOf('b') }));
    const { effects } = await save(
      makeArticleEvent({ fetchedAt: at(5), rawId: idOf('raw 2'), sourceId: idOf('a') }),
      makeArticleEvent({ fetchedAt: at(2), rawId: idOf('raw 3'), sourceId: idOf('c') }),
    );
    expect(effects).toEqual(['repeated', 'repeated']);
    const [row] = await articles();
    expect(row).toMatchObject({ revision: 1, fetched_at: new Date(at(5)), raw_id: idOf('raw 2') });
    expect(row.first_fetched_at).toEqual(new Date(at(1)));
    expect(row.sources).toEqual([idOf('a'), idOf('b'), idOf('c')].sort());
    expect(await store.query('SELECT raw_id FROM store.raw_articles')).toHaveLength(3);
    expect(await outbox()).toHaveLength(1);
    expect((await revisions()).filter(({ number }: { number: number | null }) => number !== null)).toHaveLength(1);
  });

  it('shows a text again that returns to an older form, under a number of its own', async () => {
    for (const [minute, title] of [
      [1, 'First'],
      [2, 'Second'],
      [3, 'First'],
    ] as const) {
      await save(makeArticleEvent({ fetchedAt: at(minute), title }));
    }
    expect(await articles()).toMatchObject([{ revision: 3, title: 'First' }]);
    expect(await earlierTitles()).toEqual(['Second']);
    expect((await outbox()).map(({ revision }: { revision: number }) => revision)).toEqual([1, 2, 3]);
  });

  it('keeps a form that comes too late as an older revision, and never shows it', async () => {
    await save(makeArticleEvent({ fetchedAt: at(2), title: 'New' }));
    expect((await save(makeArticleEvent({ fetchedAt: at(1), title: 'Old' }))).effects).toEqual(['kept']);
    expect(await articles()).toMatchObject([{ revision: 1, last_number: 2, title: 'New' }]);
    expect(await earlierTitles()).toEqual(['Old']);
    expect(await revisions()).toMatchObject([{ number: 2 }, { number: 1 }]);
    expect(await outbox()).toHaveLength(1);
  });

  describe('the place in lists of an article whose date changes', () => {
    const dated = (minute: number, publishedAt: string | null, rest = {}) =>
      makeArticleEvent({ fetchedAt: at(minute), publishedAt, ...rest });
    const OLD = '2020-05-01T12:00:00.000Z';
    const YESTERDAY = '2026-03-13T12:00:00.000Z';

    it.each([
      ['is dated again', [dated(1, OLD), dated(2, YESTERDAY)]],
      ['loses its date', [dated(1, OLD), dated(2, null)]],
      ['is found to be older', [dated(1, YESTERDAY), dated(2, OLD)]],
      ['is found to be older by a form that comes too late to be shown', [dated(2, YESTERDAY), dated(1, OLD)]],
      ['is dated again, and seen once more', [dated(1, OLD), dated(2, YESTERDAY), dated(3, YESTERDAY)]],
    ])('never rises: one that %s', async (_, events) => {
      for (const event of events) await save(event);
      expect(await articles()).toMatchObject([{ sort_at: new Date(OLD) }]);
      await store.query('DELETE FROM store.articles; DELETE FROM store.revisions; DELETE FROM store.raw_articles');
      await store.query('DELETE FROM store.earlier_texts');
      await save(...events);
      expect(await articles()).toMatchObject([{ sort_at: new Date(OLD) }]);
    });
  });

  it('withdraws an article whose page is gone, keeps its text, and shows it again when the page is back', async () => {
    await save(makeArticleEvent({ fetchedAt: at(1) }));
    const gone = makeArticleEvent({ fetchedAt: at(2), gone: true });
    expect((await save(gone)).effects).toEqual(['gone']);
    expect(await articles()).toMatchObject([{ withdrawn: 'gone', revision: 2, title: 'Rain reaches the coast' }]);
    expect((await save(gone)).effects).toEqual(['known']);
    await save(makeArticleEvent({ fetchedAt: at(3) }));
    expect(await articles()).toMatchObject([{ withdrawn: null, revision: 3 }]);
    expect(await outbox()).toMatchObject([
      { kind: 'created', revision: 1 },
      { kind: 'withdrawn', reason: 'gone', revision: 2 },
      { kind: 'created', revision: 3 },
    ]);
  });

  it('knows the article of a page that is gone by its raw article, whatever id the parser gave it', async () => {
    await save(makeArticleEvent({ fetchedAt: at(1) }));
    await save(makeArticleEvent({ fetchedAt: at(2), gone: true, id: idOf('another address') }));
    expect(await articles()).toMatchObject([{ withdrawn: 'gone' }]);
  });

  it('leaves an article that another raw article still makes', async () => {
    await save(makeArticleEvent({ rawId: idOf('raw 1') }), makeArticleEvent({ rawId: idOf('raw 2') }));
    await save(makeArticleEvent({ fetchedAt: at(59), gone: true, rawId: idOf('raw 1') }));
    expect(await articles()).toMatchObject([{ withdrawn: null }]);
    await save(makeArticleEvent({ fetchedAt: at(59), gone: true, rawId: idOf('raw 2') }));
    expect(await articles()).toMatchObject([{ withdrawn: 'gone' }]);
  });

  it('tells nothing of a page that was gone when it was first seen', async () => {
    await save(makeArticleEvent({ fetchedAt: at(1), gone: true }));
    expect(await articles()).toEqual([]);
    expect(await outbox()).toEqual([]);
  });

  it('withdraws the old article when a better rule makes another of its raw article', async () => {
    const [old, better] = [idOf('old rule'), idOf('better rule')];
    await save(makeArticleEvent({ id: old }));
    await save(makeArticleEvent({ id: better, extraction: { parserVersion: 2 } }));
    expect(await outbox()).toEqual([
      { kind: 'created', reason: null, revision: 1, article_id: old },
      { kind: 'created', reason: null, revision: 1, article_id: better },
      { kind: 'withdrawn', reason: 'superseded', revision: 2, article_id: old },
    ]);
    const late = makeArticleEvent({ id: old, fetchedAt: at(1), title: 'Older' });
    expect((await save(late)).effects).toEqual(['kept']);
    const rows: { id: string; withdrawn: string | null }[] = await articles();
    expect(new Map(rows.map(({ id, withdrawn }) => [id, withdrawn]))).toEqual(
      new Map([
        [old, 'superseded'],
        [better, null],
      ]),
    );
  });

  it('keeps the old article while another raw article makes it, and shows that one', async () => {
    const [shared, better] = [idOf('shared'), idOf('better')];
    await save(makeArticleEvent({ id: shared, rawId: idOf('raw 1'), fetchedAt: at(1), title: 'One' }));
    await save(makeArticleEvent({ id: shared, rawId: idOf('raw 2'), fetchedAt: at(2), title: 'Two' }));
    await save(
      makeArticleEvent({
        id: better,
        rawId: idOf('raw 2'),
        fetchedAt: at(2),
        title: 'Two',
        extraction: { parserVersion: 2 },
      }),
    );
    const [row] = await store.query('SELECT title, withdrawn, revision FROM store.articles WHERE id = $1', [shared]);
    expect(row).toEqual({ title: 'One', withdrawn: null, revision: 3 });
    expect(await earlierTitles()).toEqual(['Two']);
    expect((await outbox()).at(-1)).toMatchObject({ kind: 'revised', reason: 'text', revision: 3, article_id: shared });
  });

  it('carries the trace of the event that caused a change', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await save(makeArticleEvent({}, traceparent));
    expect(await store.query('SELECT traceparent FROM store.outbox')).toEqual([{ traceparent }]);
  });

  it('stores a body of megabytes', async () => {
    const body = `beginning ${'विस्तृत समाचार '.repeat(150_000)} ${Array.from({ length: 100_000 }, (_, n) => `w${n}`).join(' ')}`;
    await save(makeArticleEvent({ body, language: 'hi' }));
    expect(await store.query('SELECT body FROM store.articles')).toEqual([{ body }]);
  });

  it('refuses for good what Postgres cannot hold, and stores nothing of its batch', async () => {
    const bad = makeArticleEvent({ id: idOf('bad'), rawId: idOf('bad raw'), title: 'a\u0000b' });
    await expect(save(makeArticleEvent(), bad)).rejects.toMatchObject({ code: 'unstorable-article', retriable: false });
    expect(await articles()).toEqual([]);
    expect(await outbox()).toEqual([]);
  });

  it('says that the database is away when it is', async () => {
    const away = await openDatabase({ url: database.url, connections: 1 });
    await away.destroy();
    const saving = saveArticles(away, [makeArticleEvent()], NOW);
    await expect(saving).rejects.toThrow(KhabarError);
    await expect(saving).rejects.toMatchObject({ code: 'database-unavailable', dependency: true });
  });

  it('lets two stores save overlapping batches at once: nothing lost, nothing doubled, no deadlock', async () => {
    const batchOf = (from: number, minute: number) =>
      Array.from({ length: 60 }, (_, n) => {
        const name = String((from + n * 7) % 60);
        return makeArticleEvent({
          id: idOf(`a${name}`),
          rawId: idOf(`r${name}`),
          fetchedAt: at(minute),
          title: `v${minute}`,
        });
      });
    const batches = Array.from({ length: 12 }, (_, n) => batchOf(n * 11, 1 + (n % 6)));
    await Promise.all(batches.map((batch) => saveArticles(store, batch, NOW)));
    const rows: { title: string; last_number: number }[] = await articles();
    expect(rows).toHaveLength(60);
    expect(new Set(rows.map(({ title }) => title))).toEqual(new Set(['v6']));
    expect(new Set(rows.map(({ last_number }) => last_number))).toEqual(new Set([6]));
    const doubled = await store.query(
      'SELECT article_id, revision FROM store.outbox GROUP BY article_id, revision HAVING count(*) > 1',
    );
    expect(doubled).toEqual([]);
  });
});
