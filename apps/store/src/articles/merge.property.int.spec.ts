import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { idOf, makeArticleEvent } from './event-factory.fixture.ts';
import { saveArticles } from './save-articles.ts';

type ArticleEvent = ReturnType<typeof makeArticleEvent>;

/**
 * Few articles, raw articles, minutes and texts, so that histories meet: texts return, raw articles move from article to article and
 * back, two raw articles make one article, pages vanish and come back, fetches of one minute differ.
 */
const anEvent: fc.Arbitrary<ArticleEvent> = fc
  .record({
    article: fc.constantFrom('a', 'b', 'c'),
    raw: fc.constantFrom('r', 's', 't'),
    source: fc.constantFrom('x', 'y'),
    minute: fc.integer({ min: 0, max: 5 }),
    parserVersion: fc.constantFrom(1, 1, 2),
    title: fc.constantFrom('one', 'two'),
    kicker: fc.constantFrom('plain', 'better'),
    how: fc.constantFrom('page', 'page', 'entry', 'summary'),
    publishedAt: fc.constantFrom('2026-03-14T08:00:00.000Z', '2020-01-01T00:00:00.000Z', null),
    gone: fc.constantFrom(false, false, false, true),
  })
  .map(({ article, raw, source, minute, parserVersion, title, kicker, how, publishedAt, gone }) =>
    makeArticleEvent({
      id: idOf(article),
      rawId: idOf(raw),
      sourceId: idOf(source),
      fetchedAt: `2026-03-14T09:0${minute}:00.000Z`,
      url: `https://example.org/${raw}`,
      title,
      kicker,
      publishedAt,
      gone,
      extraction: { how, parserVersion },
    }),
  );

/** By the contract an event's id stands for one content. */
const aHistory = fc.uniqueArray(anEvent, { selector: ({ id }) => id, minLength: 1, maxLength: 14 });

/** Another arrival of the same events: some twice, in any order, in batches of any size. */
function anArrival(history: readonly ArticleEvent[]): fc.Arbitrary<ArticleEvent[][]> {
  return fc
    .tuple(fc.subarray([...history]), fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 30 }))
    .chain(([twice, sizes]) => {
      const all = [...history, ...twice];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }).map((events) => {
        const batches: ArticleEvent[][] = [];
        for (const size of sizes) if (events.length > 0) batches.push(events.splice(0, size));
        return batches;
      });
    });
}

const aHistoryThatArrivesTwice = aHistory.chain((history) =>
  fc.record({ history: fc.constant(history), first: anArrival(history), second: anArrival(history) }),
);

const EMPTY = ['articles', 'revisions', 'earlier_texts', 'raw_articles', 'outbox']
  .map((table) => `DELETE FROM store.${table}`)
  .join(';');

/** All rows but numbers, and when they were stored: these are the order of arrival. */
const ROWS = `
  SELECT 'article' AS what, to_jsonb(a) - '{revision,last_number,stored_at}'::text[] AS row FROM store.articles a
  UNION ALL SELECT 'form', to_jsonb(r) - '{number,stored_at}'::text[] FROM store.revisions r
  UNION ALL SELECT 'text', to_jsonb(t) FROM store.earlier_texts t
  UNION ALL SELECT 'raw', to_jsonb(r) FROM store.raw_articles r
  ORDER BY 1, 2`;

/** Revisions by what defines them: a form whose neighbour below has another text begins one. */
const REVISIONS = `
  SELECT count(*) FILTER (WHERE begins)::int AS begun, count(number)::int AS numbered, count(DISTINCT (article_id, number))
    FILTER (WHERE number IS NOT NULL)::int AS distinct
  FROM (
    SELECT article_id, number, (content_hash, metadata_hash) IS DISTINCT FROM lag((content_hash, metadata_hash)) OVER (
      PARTITION BY article_id
      ORDER BY array_position('{summary,entry,page}', how), fetched_at, parser_version, content_hash, metadata_hash, event_id
    ) AS begins FROM store.revisions
  )`;

/** Announced numbers rise, none is announced twice, and the last announcement of each article says what it shows. */
const ANNOUNCED = `
  SELECT count(*)::int AS wrong FROM (
    SELECT article_id, kind, revision, content_hash, lag(revision, 1, 0) OVER w AS before, lead(revision) OVER w AS after
    FROM store.outbox WINDOW w AS (PARTITION BY article_id ORDER BY position)
  ) o LEFT JOIN store.articles a ON a.id = o.article_id
  WHERE o.revision <= o.before OR o.after IS NULL AND (
    a.revision <> o.revision OR (a.withdrawn IS NULL) = (o.kind = 'withdrawn')
    OR o.kind <> 'withdrawn' AND encode(a.content_hash, 'hex') <> o.content_hash)`;

describe('merging histories', () => {
  let database: TestDatabase;
  let stores: DataSource[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { url: database.url, connections: 3 };
    stores = [await openDatabase(settings), await openDatabase(settings)];
  });

  afterAll(async () => {
    for (const store of stores) await store.destroy();
    await database.drop();
  });

  const query = (text: string) => stores[0]!.query(text);

  /** Two stores at once, each with every second batch. */
  async function arrive(batches: readonly (readonly ArticleEvent[])[]) {
    await query(EMPTY);
    const halves = stores.map((store, which) => ({ store, half: batches.filter((_, n) => n % 2 === which) }));
    await Promise.all(
      halves.map(async ({ store, half }) => {
        for (const batch of half) await saveArticles(store, batch, '2026-03-14T10:00:00.000Z');
      }),
    );
    const [revisions] = await query(REVISIONS);
    expect(revisions.numbered).toBe(revisions.begun);
    expect(revisions.distinct).toBe(revisions.begun);
    expect(await query(ANNOUNCED)).toEqual([{ wrong: 0 }]);
    return { rows: await query(ROWS), revisions };
  }

  it('ends in the same rows for every order, repetition and division, by two stores at once', async () => {
    await fc.assert(
      fc.asyncProperty(aHistoryThatArrivesTwice, async ({ history, first, second }) => {
        const inOrder = await arrive([history]);
        expect(await arrive(first)).toEqual(inOrder);
        expect(await arrive(second)).toEqual(inOrder);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 15) },
    );
  });
});
