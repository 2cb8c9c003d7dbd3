import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { clusterArticles } from '../clusters/cluster-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { indexArticles } from '../indexing/index-articles.ts';
import { Lexicon } from '../indexing/lexicon.ts';
import { eraseArticle } from './erase-article.ts';

const NOW = '2026-03-14T10:00:00.000Z';
const LATER = '2026-03-15T10:00:00.000Z';
const at = (minute: number) => `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`;

describe('erasing an article', () => {
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

  const save = (...events: Parameters<typeof saveArticles>[1]) => saveArticles(store, events, NOW);
  const erase = (name: string) => eraseArticle(store, idOf(name), LATER);
  const told = (name: string, parts: Parameters<typeof makeArticleEvent>[0] = {}) =>
    makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), title: `Title of ${name}`, ...parts });
  const index = () => indexArticles(store, new Lexicon(), 1_000);
  const cluster = () => clusterArticles(store, 300, NOW);

  /** Tables that hold this text in any of their columns. */
  async function tablesWith(text: string): Promise<string[]> {
    const tables: { name: string }[] = await store.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'store' ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows: unknown[] = await store.query(`SELECT FROM store.${name} t WHERE t::text ILIKE $1 LIMIT 1`, [
        `%${text}%`,
      ]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  it('leaves no word of it in any table, of no revision, and tells that it is withdrawn', async () => {
    const body = (word: string) => `Nobody else says ${word} in this database.`;
    await save(told('words', { body: body('zyzzyva'), fetchedAt: at(1) }));
    await save(told('words', { body: body('quokka'), fetchedAt: at(2) }));
    await index();
    expect(await tablesWith('zyzzyva')).toEqual(['earlier_texts']);
    expect(await tablesWith('quokka')).toEqual(['article_search', 'articles']);
    const erasure = await erase('words');
    expect(erasure).toMatchObject({ articleId: idOf('words'), erasedAt: LATER, rawIds: [idOf('raw words')] });
    expect(await tablesWith('zyzzyva')).toEqual([]);
    expect(await tablesWith('quokka')).toEqual([]);
    const outbox = await store.query(
      'SELECT kind, reason, revision, content_hash FROM store.outbox WHERE article_id = $1 ORDER BY position DESC LIMIT 1',
      [idOf('words')],
    );
    expect(outbox).toEqual([{ kind: 'withdrawn', reason: 'erased', revision: 3, content_hash: null }]);
  });

  it('is done once, however often it is asked for, and not of what is not there', async () => {
    await save(told('once'));
    const first = await erase('once');
    expect(await eraseArticle(store, idOf('once'), '2027-01-01T00:00:00.000Z')).toEqual({
      ...first,
      announcement: null,
    });
    expect(await erase('never heard of')).toBeNull();
  });

  it.each([
    ['of its id, from elsewhere', { rawId: idOf('another raw'), body: 'Told anew, by somebody else.' }],
    ['of its raw article, under another id', { id: idOf('a better id'), body: 'Read anew.' }],
    ['with its very text, of another page', { id: idOf('a copy'), rawId: idOf('raw of a copy') }],
    ['that it is gone', { gone: true }],
  ])('keeps out what comes later: %s', async (_, parts) => {
    const name = `kept out ${_}`;
    const other = told(`beside ${name}`, { body: `Something else than ${name}.` });
    const original = told(name, { title: 'The same', body: `Once upon a time, ${name}.` });
    await save(original);
    await erase(name);
    const later = told(name, { title: 'The same', body: original.data.body, fetchedAt: at(30), ...parts });
    expect((await save(later, other)).effects).toEqual(['erased', 'shown']);
    expect(await store.query('SELECT FROM store.articles WHERE id = $1', [later.data.id])).toEqual([]);
    expect(await store.query('SELECT FROM store.raw_articles WHERE raw_id = $1', [later.data.rawId])).toEqual([]);
  });

  it('does not keep out other pages without words', async () => {
    const empty = { title: 'Video', body: '', wordCount: 0 };
    await save(told('empty', empty));
    await erase('empty');
    expect((await save(told('also empty', empty))).effects).toEqual(['shown']);
  });

  it('takes it out of its cluster, and tells those that stay', async () => {
    const body = Array.from({ length: 60 }, (_, n) => `Sentence ${n} of a report on pelicans and lakes.`).join(' ');
    const names = ['p', 'q', 'r'];
    await save(...names.map((name) => told(name, { body })));
    await cluster();
    const ids = names.map(idOf).sort();
    const clusterOf = async (id: string) =>
      (await store.query('SELECT cluster_id FROM store.articles WHERE id = $1', [id]))[0].cluster_id as string;
    expect(await clusterOf(ids[2]!)).toBe(ids[0]);
    await eraseArticle(store, ids[0]!, LATER);
    const { announcements } = await cluster();
    expect(announcements.map(({ articleId, clusterId }) => [articleId, clusterId])).toEqual([
      [ids[1], ids[1]],
      [ids[2], ids[1]],
    ]);
    for (const table of ['article_echoes', 'echo_keys', 'echo_links']) {
      expect(await store.query(`SELECT FROM store.${table} WHERE article_id = $1`, [ids[0]])).toEqual([]);
    }
  });

  it('is final while stores save, index and cluster the same article', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `raced ${round}`;
      await save(told(name, { body: 'First.', fetchedAt: at(0) }));
      const saving = Array.from({ length: 12 }, (_, n) =>
        save(told(name, { rawId: idOf(`raw ${name} ${n}`), body: `Form ${n}.`, fetchedAt: at(n + 1) })),
      );
      await Promise.all([...saving, erase(name), index(), cluster(), index()]);
      await Promise.all([index(), cluster()]);
      for (const table of ['revisions', 'earlier_texts', 'article_search', 'raw_articles']) {
        expect(await store.query(`SELECT FROM store.${table} WHERE article_id = $1`, [idOf(name)])).toEqual([]);
      }
      expect(await store.query('SELECT FROM store.articles WHERE id = $1', [idOf(name)])).toEqual([]);
    }
  });
});
