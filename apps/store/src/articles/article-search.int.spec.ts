import { readConfig } from '@khabar/runtime';
import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSettings } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import { indexArticles } from '../indexing/index-articles.ts';
import { Lexicon } from '../indexing/lexicon.ts';
import { readArticleQuery } from './article-query.ts';
import { ArticleSearch } from './article-search.ts';
import type { ArticleView } from './article-view.ts';
import { type ArticleParts, idOf, makeArticleEvent } from './event-factory.fixture.ts';
import { saveArticles } from './save-articles.ts';

const NOW = '2026-03-14T10:00:00.000Z';

let named = 0;

describe('finding articles', () => {
  let database: TestDatabase;
  let store: DataSource;
  let search: ArticleSearch;
  const lexicon = new Lexicon();

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 4 });
    search = new ArticleSearch(store, readConfig(storeSettings, { DATABASE_URL: database.url }));
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  /** Saves articles, each of its own, and has them found. */
  async function ingest(...articles: ArticleParts[]): Promise<void> {
    const events = articles.map((parts) => {
      const name = `article ${++named}`;
      const id = parts.id ?? idOf(name);
      return makeArticleEvent({
        rawId: idOf(`raw ${id}`),
        kicker: null,
        summary: null,
        tags: [],
        section: null,
        ...parts,
        id,
      });
    });
    await saveArticles(store, events, NOW);
    while ((await indexArticles(store, lexicon, 500)).count > 0);
  }

  const list = (parameters: Record<string, string>) => search.list(readArticleQuery(parameters));
  const titles = async (parameters: Record<string, string>) => (await list(parameters)).items.map(({ title }) => title);

  async function* pages(parameters: Record<string, string>): AsyncGenerator<ArticleView[]> {
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof list>> = await list({ ...parameters, cursor });
      yield page.items;
      cursor = page.nextCursor;
    }
  }

  it('finds by author, tag, kind and cluster, letter for letter, with and without a search', async () => {
    const source = idOf('a source of filters');
    await ingest(
      { sourceId: source, title: 'One monsoon', authors: ['Asha Verma'], tags: ['rain', 'Kerala'] },
      { sourceId: source, title: 'Two monsoon', authors: ['Asha Verma', 'J. O’Neil'], tags: ['rain'], kind: 'video' },
      { sourceId: source, title: 'Three', authors: [], tags: ['Rain', 'a "quoted", {tag}\\'] },
    );
    const sorted = async (parameters: Record<string, string>) => (await titles({ source, ...parameters })).sort();
    expect(await sorted({ author: 'Asha Verma' })).toEqual(['One monsoon', 'Two monsoon']);
    expect(await sorted({ author: 'J. O’Neil' })).toEqual(['Two monsoon']);
    expect(await sorted({ tag: 'rain', q: 'monsoon' })).toEqual(['One monsoon', 'Two monsoon']);
    expect(await sorted({ tag: 'a "quoted", {tag}\\' })).toEqual(['Three']);
    expect(await sorted({ kind: 'video' })).toEqual(['Two monsoon']);
    expect(await sorted({ kind: 'article', q: 'monsoon', sort: 'relevance' })).toEqual(['One monsoon']);
    expect(await sorted({ author: 'Asha Verma', tag: 'Kerala', q: 'monsoon' })).toEqual(['One monsoon']);
    expect(await sorted({ tag: 'a "quoted", {tag}\\', q: 'three' })).toEqual(['Three']);
    expect(await sorted({ tag: 'Asha Verma', q: 'monsoon' })).toEqual([]);
    const [{ id } = { id: '' }] = (await list({ source, kind: 'video' })).items;
    await store.query('UPDATE store.articles SET cluster_id = $1 WHERE id = $1', [id]);
    expect(await sorted({ cluster: id })).toEqual(['Two monsoon']);
    expect(await sorted({ cluster: id, q: 'monsoon' })).toEqual(['Two monsoon']);
    expect(await sorted({ cluster: id, q: 'monsoon', tag: 'Kerala' })).toEqual([]);
    expect(await sorted({ cluster: idOf('no cluster') })).toEqual([]);
  });

  it('leaves out by phrases, and finds by phrases what other words are left out of', async () => {
    const source = idOf('a source of exclusions');
    await ingest(
      { sourceId: source, title: 'Glacier melt slows', body: 'Ice of the north.' },
      { sourceId: source, title: 'Glacier slows melt', body: 'Snow of the north.' },
      { sourceId: source, title: 'Glacier tours', body: 'Melt water of the north.' },
    );
    const sorted = async (q: string) => (await titles({ source, q })).sort();
    expect(await sorted('glacier -"melt slows"')).toEqual(['Glacier slows melt', 'Glacier tours']);
    expect(await sorted('"glacier slows" -ice')).toEqual(['Glacier slows melt']);
    expect(await sorted('"of the north" -"melt slows" -tours')).toEqual(['Glacier slows melt']);
  });

  it('finds by a source that told an article later', async () => {
    const [first, second] = [idOf('a first source'), idOf('a second source')];
    const told = { id: idOf('told twice'), title: 'Landslide told twice' };
    await ingest({ ...told, sourceId: first, rawId: idOf('told first') });
    expect(await titles({ q: 'landslide', source: second })).toEqual([]);
    await ingest({ ...told, sourceId: second, rawId: idOf('told again') });
    for (const source of [first, second]) expect(await titles({ q: 'landslide', source })).toEqual([told.title]);
  });

  it('finds in one spelling what is written in another', async () => {
    const source = idOf('a source of spellings');
    await ingest(
      { sourceId: source, language: 'hi', title: 'हिन्दी ज़मीन की पहुँच २०२६', body: 'क.' },
      { sourceId: source, language: 'ar', title: 'أعلنت الحكومة إجراءات جديدة', body: 'ب.' },
      { sourceId: source, language: 'ur', title: 'پاکستان کی حکومت', body: 'ب.' },
    );
    const found = async (q: string) => (await list({ source, q })).items.map(({ language }) => language);
    for (const q of ['हिंदी', 'हिन्दी जमीन', '"ज\u093cमीन की पहुंच"', '2026']) expect(await found(q)).toEqual(['hi']);
    for (const q of ['اعلنت', 'الحكومه', 'إجراءات', 'اجراءات', 'الحكـــومة']) expect(await found(q)).toEqual(['ar']);
    expect(await found('پاكستان')).toEqual(['ur']);
  });

  it('asks of no language for its stop words, and finds what another language means by them', async () => {
    const source = idOf('a source of stop words');
    await ingest(
      { sourceId: source, language: 'en', title: 'The drought on the plain', body: 'x.' },
      { sourceId: source, language: 'fr', title: 'Un thé, the drought', body: 'x.' },
    );
    expect(await titles({ source, q: 'the drought' })).toHaveLength(2);
    expect(await titles({ source, q: 'the drought', language: 'en' })).toEqual(['The drought on the plain']);
    expect(await titles({ source, q: 'the', language: 'en' })).toEqual([]);
  });

  it('finds words that begin so', async () => {
    const source = idOf('a source of beginnings');
    await ingest(
      { sourceId: source, title: 'Governments', body: 'x.' },
      { sourceId: source, title: 'Govern', body: 'x.' },
      { sourceId: source, title: 'Prime governors meet', body: 'x.' },
      { sourceId: source, title: 'Other', body: 'x.' },
    );
    expect(await titles({ source, q: 'gov*' })).toHaveLength(3);
    expect(await titles({ source, q: 'governor*', language: 'en' })).toEqual(['Prime governors meet']);
    expect(await titles({ source, q: '"prime gov*"' })).toEqual(['Prime governors meet']);
    expect((await titles({ source, q: 'governments*', language: 'en' })).sort()).toEqual(['Govern', 'Governments']);
    expect(await titles({ source, q: '-gov*' })).toEqual(['Other']);
  });

  it('shows why it found an article, in the forms that the article has', async () => {
    const source = idOf('a source of excerpts');
    await ingest({
      sourceId: source,
      title: 'Late harvest',
      kicker: 'Weather',
      tags: ['farming'],
      body: `${'Nothing of that here. '.repeat(30)}The growers <b>were</b> running late & it rained.\n\nThey ran home.`,
    });
    const [found] = (await list({ source, q: 'run rain*' })).items;
    expect(found!.excerpt).toContain(
      '&lt;b&gt;were&lt;/b&gt; <mark>running</mark> late &amp; it <mark>rained</mark>. They',
    );
    expect((await list({ source, q: 'harvest' })).items[0]!.excerpt).toMatch(/^Nothing of that here/);
    expect((await list({ source })).items[0]).not.toHaveProperty('excerpt');
    expect((await list({ source, q: 'harvest', fields: 'title' })).items[0]).not.toHaveProperty('excerpt');
  });

  it('puts first, by relevance, what has the words in its title', async () => {
    const source = idOf('a source of relevance');
    await ingest(
      { sourceId: source, title: 'Newest', body: 'Something about a locust.', publishedAt: '2026-03-03T00:00:00.000Z' },
      { sourceId: source, title: 'A locust swarm', body: 'A locust here.', publishedAt: '2026-03-02T00:00:00.000Z' },
      { sourceId: source, title: 'Oldest', tags: ['locust'], body: 'Text.', publishedAt: '2026-03-01T00:00:00.000Z' },
    );
    expect(await titles({ source, q: 'locust' })).toEqual(['Newest', 'A locust swarm', 'Oldest']);
    expect(await titles({ source, q: 'locusts', sort: 'relevance' })).toEqual(['A locust swarm', 'Oldest', 'Newest']);
  });

  it.each(['newest', 'relevance'])(
    'shows every article once on the pages of the %s, while others are being stored',
    async (sort) => {
      const source = idOf(`a source of pages by ${sort}`);
      const minute = (n: number) => `2026-03-01T00:${String(n % 60).padStart(2, '0')}:00.000Z`;
      const wave = (n: number) => ({
        sourceId: source,
        title: `Wave ${'wave '.repeat(n % 4)}`,
        publishedAt: minute(n * 7),
      });
      await ingest(...Array.from({ length: 23 }, (_, n) => wave(n)));
      const before = (await list({ source, limit: '100' })).items.map(({ id }) => id);
      const seen: string[] = [];
      for await (const page of pages({ source, q: 'wave', sort, limit: '4' })) {
        seen.push(...page.map(({ id }) => id));
        await ingest(...Array.from({ length: 3 }, (_, n) => wave(n * 11)));
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(before));
    },
  );

  it('gives up what takes too long, and says so', async () => {
    const impatient = new ArticleSearch(
      store,
      readConfig(storeSettings, { DATABASE_URL: database.url, SEARCH_TIMEOUT: '100ms' }),
    );
    await store.transaction(async (blocker) => {
      await blocker.query('LOCK TABLE store.article_search IN ACCESS EXCLUSIVE MODE');
      await expect(impatient.list(readArticleQuery({ q: 'monsoon' }))).rejects.toMatchObject({
        status: 503,
        response: { code: 'search-too-long' },
      });
    });
    expect(await impatient.list(readArticleQuery({ q: 'monsoon' }))).toHaveProperty('items');
  });

  it('takes no cursor of a list in another order, and no order by relevance to nothing', () => {
    const errorsOf = (parameters: Record<string, string>) => {
      try {
        readArticleQuery(parameters);
        return [];
      } catch (error) {
        return (error as { getResponse(): { errors: { field: string }[] } })
          .getResponse()
          .errors.map(({ field }) => field);
      }
    };
    const cursor = Buffer.from(`${NOW} ${idOf('x')}`).toString('base64url');
    expect(errorsOf({ cursor })).toEqual([]);
    expect(errorsOf({ cursor, q: 'rain', sort: 'relevance' })).toEqual(['cursor']);
    expect(errorsOf({ sort: 'relevance' })).toEqual(['sort']);
    expect(errorsOf({ sort: 'oldest', kind: 'letter', cluster: 'x', tag: 'x'.repeat(201) })).toEqual([
      'sort',
      'tag',
      'cluster',
      'kind',
    ]);
  });
});
