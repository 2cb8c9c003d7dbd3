import { compileValidator } from '@khabar/contracts';
import { createLogger, readConfig, type RunningService, startService } from '@khabar/runtime';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSettings } from '../config.ts';
import { storeService } from '../store.module.ts';
import { idOf, makeArticleEvent } from './event-factory.fixture.ts';
import { RawViewListSchema } from './raw-view.ts';

const validator = compileValidator('raw articles', RawViewListSchema);
const at = (minute: number) => `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`;

describe('what the store tells of raw articles', () => {
  let database: TestDatabase;
  let service: RunningService;
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

  const ask = (id: string) => fetch(`${service.url}/api/v1/raw-articles?id=${id}`);
  const items = async (...ids: string[]) => validator.assert(await (await ask(ids.join(','))).json()).items;

  it('is the article of each, also where another shows it, and whether its page is gone', async () => {
    const shared = idOf('shared');
    const [one, two, three] = [idOf('raw one'), idOf('raw two'), idOf('raw three')];
    await service.bus.publish([
      makeArticleEvent({ id: shared, rawId: one, fetchedAt: at(1), title: 'One', extraction: { parserVersion: 3 } }),
      makeArticleEvent({ id: shared, rawId: two, fetchedAt: at(2), title: 'Two' }),
      makeArticleEvent({ id: idOf('third'), rawId: three, fetchedAt: at(3) }),
      makeArticleEvent({ id: idOf('third'), rawId: three, fetchedAt: at(4), gone: true }),
    ]);
    await eventually(
      async () => (await items(three))[0]?.gone?.fetchedAt === at(4) && (await items(one, two)).length === 2,
    );
    const states = new Map((await items(one, two, three, idOf('never heard of'))).map((state) => [state.rawId, state]));
    expect(states.size).toBe(3);
    expect(states.get(one)).toMatchObject({
      made: { articleId: shared, fetchedAt: at(1), parserVersion: 3 },
      gone: null,
      article: { id: shared, rawId: two, title: 'Two' },
    });
    expect(states.get(two)).toMatchObject({ made: { articleId: shared, fetchedAt: at(2) }, article: { title: 'Two' } });
    expect(states.get(three)).toMatchObject({
      gone: { fetchedAt: at(4) },
      article: { withdrawn: 'gone', title: null },
    });
  });

  it.each([
    ['no id at all', ''],
    ['something that is none', 'x'],
    ['too many', Array.from({ length: 101 }, (_, n) => idOf(`raw ${n}`)).join(',')],
  ])('refuses %s', async (_, ids) => {
    const answer = await ask(ids);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid-query', errors: [{ field: 'id' }] });
  });
});
