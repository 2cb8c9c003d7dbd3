import { createTestDatabase, eventually, type TestDatabase } from '@khabar/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { searchable } from '../articles/article-text.ts';
import { searchWords } from '../articles/search-text.ts';
import { openDatabase } from '../database/open-database.ts';
import { emptySearchList, indexArticles } from './index-articles.ts';
import { Lexicon, type Unknown } from './lexicon.ts';

const NOW = '2026-03-14T10:00:00.000Z';
const at = (minute: number) => `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`;

/** Words that the configurations treat in ways of their own: stop words, numbers, marks, scripts, case. */
const ODD_WORDS = [
  'the',
  'Running',
  'है',
  'राष्ट्रपतियों',
  '２',
  '007',
  '1e5',
  'x2y',
  'İstanbul',
  'ΣΟΦΟΣ',
  'ДОЖДИ',
  'مُحَمَّد',
  '東京大学',
  'ß',
];

describe('indexing', () => {
  let database: TestDatabase;
  let store: DataSource;
  let lexicon: Lexicon;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 8 });
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    lexicon = new Lexicon();
    for (const table of [
      'articles',
      'revisions',
      'earlier_texts',
      'raw_articles',
      'outbox',
      'unindexed',
      'article_search',
    ]) {
      await store.query(`DELETE FROM store.${table}`);
    }
  });

  const save = (...events: Parameters<typeof saveArticles>[1]) => saveArticles(store, events, NOW);
  const titled = (name: string, title: string, minute = 1) =>
    makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), title, fetchedAt: at(minute) });
  const index = (limit = 100) => indexArticles(store, lexicon, limit);
  const waiting = async () => (await store.query('SELECT FROM store.unindexed')).length as number;
  const found = async (word: string, configuration = 'english') => {
    const rows: { article_id: string }[] = await store.query(
      'SELECT article_id FROM store.article_search WHERE vector @@ to_tsquery($1, $2) ORDER BY sort_at DESC',
      [configuration, word],
    );
    return rows.map(({ article_id }) => article_id);
  };

  it('lets an article be found by any form of its words once it is stored', async () => {
    await save(titled('a', 'Farmers run to the markets'));
    expect(await index()).toEqual({ count: 1, waitedSeconds: expect.any(Number), refused: [] });
    expect(await found('running & market')).toEqual([idOf('a')]);
    expect(await found('farmer:a <-> run')).toEqual([idOf('a')]);
    expect(await waiting()).toBe(0);
    expect(await index()).toEqual({ count: 0, waitedSeconds: 0, refused: [] });
  });

  it('finds an article anew by every revision of its text, also when both wait at once', async () => {
    await save(titled('a', 'Drought', 1));
    await index();
    await save(titled('a', 'Downpours', 2));
    await save(titled('a', 'Hailstorms', 3));
    expect((await index()).count).toBe(2);
    expect(await found('hailstorm')).toEqual([idOf('a')]);
    expect(await found('drought | downpour')).toEqual([]);
  });

  it('finds a body of megabytes by its beginning', async () => {
    const body = `beginning ${'विस्तृत समाचार '.repeat(150_000)} ${Array.from({ length: 100_000 }, (_, n) => `w${n}`).join(' ')}`;
    await save(makeArticleEvent({ body, language: 'hi' }));
    expect((await index()).refused).toEqual([]);
    expect(await found('beginning', 'hindi')).toHaveLength(1);
  });

  it('follows an article to another place in the lists, and out of them', async () => {
    const dated = { id: idOf('a'), rawId: idOf('raw a'), publishedAt: '2026-03-01T00:00:00.000Z', fetchedAt: at(1) };
    await save(makeArticleEvent(dated));
    await index();
    await save(
      makeArticleEvent({
        ...dated,
        publishedAt: '2026-02-01T00:00:00.000Z',
        how: 'summary',
        fetchedAt: at(0),
      } as object),
    );
    await index();
    const [row] = await store.query('SELECT sort_at FROM store.article_search');
    expect(row).toEqual({ sort_at: new Date('2026-02-01T00:00:00.000Z') });
    await save(makeArticleEvent({ ...dated, gone: true, fetchedAt: at(5) }));
    await index();
    expect(await found('rain')).toEqual([]);
  });

  it('does nothing for a text that it has already', async () => {
    await save(titled('a', 'Drought', 1));
    await index();
    await save(titled('a', 'Drought', 2));
    expect(await waiting()).toBe(0);
  });

  it('takes of each configuration exactly the lexemes that Postgres makes of a text', async () => {
    const rows: { cfgname: string }[] = await store.query('SELECT cfgname FROM pg_ts_config');
    const word = fc.oneof(fc.constantFrom(...ODD_WORDS), fc.string({ unit: 'grapheme', maxLength: 8 }));
    const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' ').replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.constantFrom('en', 'hi', 'ru', 'ar', 'tr', 'el', 'ja', 'ta'),
        async (title, body, language) => {
          await store.query('DELETE FROM store.articles; DELETE FROM store.revisions; DELETE FROM store.raw_articles');
          await store.query('DELETE FROM store.article_search');
          const event = makeArticleEvent({ title, body, language });
          await save(event);
          await index();
          const searched = searchable(event.data);
          expect(rows.map(({ cfgname }) => cfgname)).toContain(searched.configuration);
          const words = [searched.title, searched.lead, searched.body].flatMap(searchWords).join(' ');
          const [same] = await store.query(
            `SELECT setweight(vector, 'D') = to_tsvector($1, $2) AS same, vector, to_tsvector($1, $2) AS expected
            FROM store.article_search`,
            [searched.configuration, words],
          );
          expect(same).toMatchObject({ same: true });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('puts aside the article that cannot be indexed, and no other, until it changes', async () => {
    await store.query(`ALTER TABLE store.article_search ADD CONSTRAINT no_poison CHECK (NOT vector @@ 'poison')`);
    try {
      await save(...Array.from({ length: 9 }, (_, n) => titled(`n${n}`, n === 4 ? 'Poison' : 'Water')));
      const { count, refused } = await index();
      expect(count).toBe(9);
      expect(refused).toMatchObject([{ articleId: idOf('n4'), error: { code: 'unexpected' } }]);
      expect(await found('water')).toHaveLength(8);
      expect(await store.query('SELECT article_id FROM store.article_search WHERE refused IS NOT NULL')).toHaveLength(
        1,
      );
      await save(titled('n4', 'Water after all', 2));
      await index();
      expect(await found('water')).toHaveLength(9);
      expect(await store.query('SELECT FROM store.article_search WHERE refused IS NOT NULL')).toHaveLength(0);
    } finally {
      await store.query('ALTER TABLE store.article_search DROP CONSTRAINT no_poison');
    }
  });

  it('leaves to the next round what was in hand when its connection broke', async () => {
    await save(titled('a', 'Drought'));
    const blocker = store.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE store.article_search IN EXCLUSIVE MODE');
    const round = index();
    const broken = expect(round).rejects.toMatchObject({ code: 'database-unavailable', dependency: true });
    await eventually(async () => {
      const killed: unknown[] = await store.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%article_search%'`,
      );
      return killed.length === 1;
    });
    await broken;
    await blocker.rollbackTransaction();
    await blocker.release();
    expect(await waiting()).toBe(1);
    await index();
    expect(await found('drought')).toEqual([idOf('a')]);
  });

  it('is not undone by an indexer that was slow with an older text', async () => {
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    class SlowLexicon extends Lexicon {
      override async learn(...asked: Parameters<Lexicon['learn']>): Promise<void> {
        await super.learn(...asked);
        arrived.resolve();
        await gate.promise;
      }
    }
    await save(titled('a', 'Drought', 1));
    const slow = indexArticles(store, new SlowLexicon(), 100);
    await arrived.promise;
    await save(titled('a', 'Downpours', 2));
    expect((await index()).count).toBe(1);
    gate.resolve();
    expect((await slow).count).toBe(1);
    expect(await found('downpour')).toEqual([idOf('a')]);
    expect(await found('drought')).toEqual([]);
  });

  it('comes to the same with any number of indexers beside stores that save', async () => {
    const words = ['Drought', 'Downpours', 'Hailstorms', 'Thunder'];
    const names = Array.from({ length: 20 }, (_, n) => `n${n}`);
    let isSaving = true;
    const indexers = [1, 2, 3].map(async () => {
      const own = new Lexicon();
      while (isSaving || (await waiting()) > 0) await indexArticles(store, own, 7);
    });
    for (const [minute, word] of words.entries()) await save(...names.map((name) => titled(name, word, minute)));
    isSaving = false;
    await Promise.all(indexers);
    expect(await found('thunder')).toHaveLength(20);
    expect(await found('drought | downpour | hailstorm')).toEqual([]);
  });

  it('leaves nothing pending in the index once it was emptied', async () => {
    const pages = async () => {
      const [row] = await store.query(`SELECT gin_clean_pending_list('store.article_search_vector')::int AS pages`);
      return row.pages as number;
    };
    await save(titled('a', 'Drought'));
    await index();
    expect(await pages()).toBeGreaterThan(0);

    await save(titled('b', 'Downpours'));
    await index();
    await emptySearchList(store);
    expect(await pages()).toBe(0);
    expect(await found('drought | downpour')).toHaveLength(2);
  });

  it('asks again for words after an answer that never came', async () => {
    const unknown: Unknown[] = [];
    const { vocabulary, words } = lexicon.lookUp('english', 'running', unknown);
    await expect(lexicon.learn(unknown, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await save(titled('a', 'Running'));
    await index();
    expect(vocabulary.lexemes.textOf(vocabulary.lexemeOf(words[0]!))).toBe('run');
  });
});
