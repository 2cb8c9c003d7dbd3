import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { clusterArticles } from './cluster-articles.ts';
import { body } from './texts.fixture.ts';

type ArticleEvent = ReturnType<typeof makeArticleEvent>;

const NOW = '2026-03-14T10:00:00.000Z';

/**
 * Few paragraphs, so that texts share many, some, one or none; more articles than stand within reach of each other, so that they push
 * each other out of it; some articles change their text, some are withdrawn, some become others.
 */
const anEvent: fc.Arbitrary<ArticleEvent> = fc
  .record({
    article: fc.integer({ min: 0, max: 30 }),
    raw: fc.constantFrom('own', 'own', 'own', 'shared'),
    paragraphs: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    minute: fc.integer({ min: 0, max: 2 }),
    gone: fc.constantFrom(false, false, false, false, false, true),
  })
  .map(({ article, raw, paragraphs, minute, gone }) =>
    makeArticleEvent({
      id: idOf(`article ${article}`),
      rawId: raw === 'own' ? idOf(`raw ${article}`) : idOf('shared'),
      fetchedAt: `2026-03-14T09:0${minute}:00.000Z`,
      body: body(...paragraphs),
      gone,
    }),
  );

const aHistory = fc.uniqueArray(anEvent, { selector: ({ id }) => id, minLength: 30, maxLength: 60, size: 'max' });

/** The same events in another order, saved in batches, with the clusterers at work between: how many articles each looks at in a round. */
function anArrival(history: readonly ArticleEvent[]): fc.Arbitrary<Arrival> {
  return fc.record({
    events: fc.shuffledSubarray([...history], { minLength: history.length, maxLength: history.length }),
    batchSize: fc.integer({ min: 1, max: 20 }),
    rounds: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
  });
}

interface Arrival {
  readonly events: ArticleEvent[];
  readonly batchSize: number;
  readonly rounds: number[];
}

const STATE = `
  SELECT 'article' AS what, id, cluster_id AS other FROM store.articles
  UNION ALL SELECT 'link', article_id, other_id FROM store.echo_links
  UNION ALL SELECT 'key', article_id, md5(key::text)::uuid FROM store.echo_keys
  ORDER BY 1, 2, 3`;

/** Articles of which the last announcement says another cluster than their row. */
const WRONGLY_TOLD = `
  SELECT count(*)::int AS wrong FROM store.articles a JOIN LATERAL (
    SELECT cluster_id, revision FROM store.outbox o WHERE o.article_id = a.id ORDER BY position DESC LIMIT 1
  ) AS told ON true
  WHERE a.withdrawn IS NULL AND (told.cluster_id IS DISTINCT FROM a.cluster_id OR told.revision <> a.revision)`;

describe('clusters', () => {
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

  async function arrive({ events, batchSize, rounds }: Arrival): Promise<unknown[]> {
    const [saver, other] = stores as [DataSource, DataSource];
    const tables =
      'articles, revisions, earlier_texts, raw_articles, outbox, unclustered, article_echoes, echo_keys, echo_links';
    for (const table of tables.split(', ')) await saver.query(`DELETE FROM store.${table}`);
    for (let at = 0, n = 0; at < events.length; at += batchSize, n++) {
      await Promise.all([
        saveArticles(saver, events.slice(at, at + batchSize), NOW),
        clusterArticles(other, rounds[n % rounds.length]!, NOW),
        clusterArticles(saver, rounds[(n + 1) % rounds.length]!, NOW),
      ]);
    }
    while ((await clusterArticles(saver, rounds[0]!, NOW)).count > 0);
    const [told]: { wrong: number }[] = await saver.query(WRONGLY_TOLD);
    expect(told).toEqual({ wrong: 0 });
    return saver.query(STATE);
  }

  it('are the same for every order of arrival, in any batches, by two clusterers', async () => {
    const aHistoryThatArrivesTwice = aHistory.chain((history) => fc.tuple(anArrival(history), anArrival(history)));
    await fc.assert(
      fc.asyncProperty(aHistoryThatArrivesTwice, async ([one, two]) => {
        expect(await arrive(two)).toEqual(await arrive(one));
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 5), interruptAfterTimeLimit: 90_000 },
    );
  });
});
