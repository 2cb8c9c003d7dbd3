import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArticleParts, idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { relayChanges } from '../outbox/relay-changes.ts';
import { countChanges, countRefused } from './count-changes.ts';
import { forgetCounts } from './forget-counts.ts';
import { readPeriod, readPeriodQuery } from './period.ts';
import { readTotals } from './totals.ts';

describe('counting changes by the hour', () => {
  let database: TestDatabase;
  let store: DataSource;
  let otherStore: DataSource;
  const [one, other] = [idOf('one source'), idOf('other source')].sort() as [string, string];

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 4 });
    otherStore = await openDatabase({ url: database.url, connections: 4 });
    const save = (at: string, ...articles: ArticleParts[]) =>
      saveArticles(
        store,
        articles.map((parts) => makeArticleEvent({ rawId: idOf(`raw ${parts.id}`), fetchedAt: at, ...parts })),
        `${at.slice(0, 17)}04.000Z`, // four seconds later
      );
    const a = { id: idOf('a'), sourceId: one, language: 'hi', publishedAt: '2026-03-14T09:15:00.000Z' };
    await save('2026-03-14T09:30:00.000Z', a, { id: idOf('b'), sourceId: other, language: null, publishedAt: null });
    await save('2026-03-14T10:30:00.000Z', { ...a, title: 'Other' });
    await save('2026-03-14T10:40:00.000Z', { ...a, gone: true, title: null, body: null });
    await save('2026-03-14T10:50:00.000Z', {
      ...{ id: idOf('c'), sourceId: one, language: 'hi' },
      ...{ publishedAt: '2026-03-14T00:00:00.000Z', publishedPrecision: 'day' as const },
    });
    await relayChanges(store, () => Promise.resolve(), 100);
    // two stores at once, a few at a time
    let counted = 0;
    while (counted < 5) {
      const steps = await Promise.all([countChanges(store, 2), countChanges(otherStore, 2)]);
      counted += steps[0] + steps[1];
    }
    await countRefused(store, [{ sourceId: one, language: 'hi' }], new Date('2026-03-14T10:59:00.000Z'));
    await countRefused(store, [], new Date('2026-03-14T10:59:00.000Z'));
  });

  afterAll(async () => {
    await store.destroy();
    await otherStore.destroy();
    await database.drop();
  });

  const period = (parameters: Record<string, string>) =>
    readPeriod(store, readPeriodQuery(parameters, new Date('2026-03-14T10:59:59.999Z')));

  it('counts each change once, in its hour, for its source and language', async () => {
    const { from, to, total, hours, sources, languages } = await period({});
    expect([from, to]).toEqual(['2026-03-13T11:00:00.000Z', '2026-03-14T11:00:00.000Z']);
    expect(total).toEqual({
      ...{ created: 3, revised: 1, withdrawn: 1, refused: 1 },
      fetchDelay: { p50: 1_200, p90: 1_200, p99: 1_200 }, // of one only: 15 minutes
      storeDelay: { p50: 5, p90: 5, p99: 5 },
    });
    expect(
      hours.map(({ hour, created, revised, withdrawn, refused }) => [hour, created, revised, withdrawn, refused]),
    ).toEqual([
      ['2026-03-14T09:00:00.000Z', 2, 0, 0, 0],
      ['2026-03-14T10:00:00.000Z', 1, 1, 1, 1],
    ]);
    expect(sources.map(({ sourceId, created }) => [sourceId, created])).toEqual([
      [one, 2],
      [other, 1],
    ]);
    expect(languages.map(({ language, created }) => [language, created])).toEqual([
      ['hi', 2],
      [null, 1],
    ]);
  });

  it('tells of a period, a source and a language', async () => {
    expect((await period({ from: '2026-03-14T10:20:00Z' })).total.created).toBe(1);
    expect((await period({ to: '2026-03-14T10:00:00Z' })).total.created).toBe(2);
    expect((await period({ from: '2026-03-14', to: '2026-03-14' })).to).toBe('2026-03-15T00:00:00.000Z');
    expect((await period({ source: other })).total.created).toBe(1);
    expect((await period({ language: 'HI' })).total.created).toBe(2);
    expect(await period({ to: '2026-01-01' })).toMatchObject({ total: { created: 0, fetchDelay: null }, hours: [] });
  });

  it('refuses a period that is none, or too long', async () => {
    for (const wrong of [{ from: '2026-03-15' }, { from: '2025-01-01' }, { source: 'x' }, { colour: 'red' }] as Record<
      string,
      string
    >[]) {
      await expect(async () => period(wrong)).rejects.toMatchObject({ status: 400 });
    }
  });

  it('forgets hours that are too long ago, some at a time, and no other', async () => {
    const [hour, nextHour] = [3, 4].map((n) => `2025-12-01T0${n}:00:00.000Z`) as [string, string];
    const refused = [one, other].map((sourceId) => ({ sourceId, language: 'hi' }));
    for (const at of [hour, nextHour]) await countRefused(store, refused, new Date(at));
    const steps = [await forgetCounts(store, nextHour, 1), await forgetCounts(store, nextHour, 5)];
    expect(steps).toEqual([1, 1]);
    expect(await forgetCounts(store, nextHour, 5)).toBe(0);
    const old = await period({ from: hour, to: '2025-12-02T00:00:00Z' });
    expect(old.hours.map((counted) => [counted.hour, counted.refused])).toEqual([[nextHour, 2]]);
  });

  it('knows the totals', async () => {
    expect(await readTotals(store)).toEqual({
      ...{ articles: 2, withdrawn: 1, revisions: 4, waiting: 0 },
      newest: {
        storedAt: '2026-03-14T10:50:04.000Z',
        fetchedAt: '2026-03-14T10:50:00.000Z',
        publishedAt: '2026-03-14T09:30:00.000Z',
      },
      languages: [
        { language: 'hi', articles: 1 },
        { language: null, articles: 1 },
      ],
      sources: [
        { sourceId: one, articles: 1 },
        { sourceId: other, articles: 1 },
      ],
    });
  });
});
