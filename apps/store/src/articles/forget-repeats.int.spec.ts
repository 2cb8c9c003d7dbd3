import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { idOf, makeArticleEvent } from './event-factory.fixture.ts';
import { forgetRepeats } from './forget-repeats.ts';
import { saveArticles } from './save-articles.ts';

const OLD = '2026-01-01T10:00:00.000Z';
const BEFORE = '2026-03-01T00:00:00.000Z';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const FETCHES = 60;

describe('forgetting repeats', () => {
  let database: TestDatabase;
  let store: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 4 });
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  const fetched = (name: string, minute: number, hour = '09') =>
    makeArticleEvent({
      id: idOf(name),
      rawId: idOf(`raw ${name}`),
      fetchedAt: `2026-01-01T${hour}:${String(minute).padStart(2, '0')}:00.000Z`,
    });
  const fetches = (name: string) => Array.from({ length: FETCHES }, (_, minute) => fetched(name, minute));
  const formsOf = async (name: string) =>
    (await store.query('SELECT FROM store.revisions WHERE article_id = $1', [idOf(name)])).length as number;

  it('leaves the first and the present form of what was fetched again and again, and the article as it is', async () => {
    await saveArticles(store, fetches('a'), OLD);
    const article = await store.query('SELECT * FROM store.articles');
    const { count } = await forgetRepeats(store, FIRST_ID, 100, BEFORE);
    expect(count).toBe(FETCHES - 2);
    expect(await formsOf('a')).toBe(2);
    expect(await store.query('SELECT * FROM store.articles')).toEqual(article);
    const { effects, announcements } = await saveArticles(store, fetches('a').slice(10, 12), OLD);
    expect(effects).toEqual(['repeated', 'repeated']);
    expect(announcements).toEqual([]);
  });

  it('leaves what the topic may bring again, and articles with few repeats', async () => {
    await saveArticles(store, fetches('recent'), BEFORE);
    await saveArticles(store, fetches('few').slice(0, 10), OLD);
    expect(await forgetRepeats(store, FIRST_ID, 100, BEFORE)).toMatchObject({ count: 0 });
    expect(await formsOf('recent')).toBe(FETCHES);
    expect(await formsOf('few')).toBe(10);
  });

  it('walks through all articles in steps', async () => {
    const names = Array.from({ length: 5 }, (_, n) => `walked ${n}`);
    for (const name of names) await saveArticles(store, fetches(name), OLD);
    let lastId: string | null = FIRST_ID;
    let steps = 0;
    for (; lastId !== null; steps++) ({ lastId } = await forgetRepeats(store, lastId, 3, BEFORE));
    expect(steps).toBeGreaterThan(2);
    for (const name of names) expect(await formsOf(name)).toBe(2);
  });

  it('does so while stores save the same articles', async () => {
    await saveArticles(store, fetches('busy'), OLD);
    const saving = Array.from({ length: 10 }, (_, n) => saveArticles(store, [fetched('busy', n, '10')], BEFORE));
    const [forgotten] = await Promise.all([forgetRepeats(store, FIRST_ID, 100, BEFORE), ...saving]);
    expect(forgotten.count).toBeGreaterThanOrEqual(FETCHES - 2);
    const forms = await store.query(
      'SELECT count(number)::int AS numbered FROM store.revisions WHERE article_id = $1',
      [idOf('busy')],
    );
    expect(forms).toEqual([{ numbered: 1 }]);
    const shown = await store.query('SELECT fetched_at FROM store.articles WHERE id = $1', [idOf('busy')]);
    expect(shown).toEqual([{ fetched_at: new Date('2026-01-01T10:09:00.000Z') }]);
  });
});
