import { ARTICLE_CHANGES, type ArticleChange, compileValidator } from '@khabar/contracts';
import { createLogger, readConfig, type RunningService, startService } from '@khabar/runtime';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { storeSettings } from '../config.ts';
import { storeService } from '../store.module.ts';
import { ClusterViewSchema } from './cluster-view.ts';
import { body } from './texts.fixture.ts';

const validator = compileValidator('cluster', ClusterViewSchema);

describe('what the store tells of clusters', () => {
  let database: TestDatabase;
  let service: RunningService;
  const [first, second, third, alone] = ['a', 'b', 'c', 'd'].map(idOf).sort() as [string, string, string, string];

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HTTP_PORT: String(await freePort()) };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    service = await startService(storeService, readConfig(storeSettings, env), logger);
  });

  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  const ask = (path: string) => fetch(`${service.url}/api/v1/clusters/${path}`);
  const event = (id: string, hour: number, how: 'page' | 'summary', ...seeds: number[]) =>
    makeArticleEvent({
      id,
      rawId: id,
      publishedAt: `2026-03-14T0${hour}:00:00.000Z`,
      body: body(...seeds),
      extraction: { how },
    });

  it('is told of its articles, its representative and its later names, and announced', async () => {
    const told = new Map<string, string | null>();
    const subscription = await service.bus.subscribe({
      topic: ARTICLE_CHANGES,
      group: 'clusters-api-test',
      handle: ({ events }) => {
        for (const { id, kind, clusterId } of events.map(({ event }) => event.data as ArticleChange)) {
          if (kind === 'clustered') told.set(id, clusterId);
        }
        return Promise.resolve();
      },
    });
    await service.bus.publish([
      event(first, 3, 'page', 1, 2, 3),
      event(second, 2, 'page', 1, 2, 3, 4),
      event(third, 1, 'summary', 1, 2),
      event(alone, 1, 'page', 7, 8, 9),
    ]);
    // two of them may be saved before the third, and are a cluster of another name until then
    await eventually(() => [first, second, third].every((id) => told.get(id) === first));
    await subscription.close();
    expect(told.has(alone)).toBe(false);

    const cluster = validator.assert(await (await ask(first)).json());
    expect(cluster).toMatchObject({ id: first, size: 3, representative: { id: second }, nextCursor: null });
    expect(cluster.items.map(({ id, clusterId }) => [id, clusterId])).toEqual([
      [first, first],
      [second, first],
      [third, first],
    ]);
    expect(await (await ask(third)).json()).toEqual(cluster);
  });

  it('is told page by page, with the fields that are asked for', async () => {
    const page = (await (await ask(`${first}?limit=2&fields=clusterId`)).json()) as Record<string, string>;
    expect(page).toMatchObject({
      representative: { id: second, clusterId: first },
      items: [
        { id: first, clusterId: first },
        { id: second, clusterId: first },
      ],
    });
    const next = await (await ask(`${first}?limit=2&cursor=${page['nextCursor']}`)).json();
    expect(next).toMatchObject({ size: 3, items: [{ id: third }], nextCursor: null });
  });

  it.each([alone, idOf('nobody'), 'x'])('is not there for an article in none: %s', async (id) => {
    const answer = await ask(id);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});
