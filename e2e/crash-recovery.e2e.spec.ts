import { type Bus, openBus } from '@khabar/bus';
import { ARTICLE_CHANGES, type ArticleChange } from '@khabar/contracts';
import {
  createTestDatabase,
  describeKafka,
  eventually,
  startFakeWeb,
  startOwnKafka,
  type FakeWeb,
  type OwnKafkaServer,
  type TestDatabase,
} from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, articleCount, startService } from './processes.ts';

const FEEDS = 20;
const ENTRIES_PER_FEED = 100;
const TOTAL = FEEDS * ENTRIES_PER_FEED;

function feedOf(web: FakeWeb, feed: number): string {
  const items = Array.from({ length: ENTRIES_PER_FEED }, (_, entry) => {
    const name = `${feed}-${entry}`;
    const text = `Report ${name} from the harbour. `.repeat(20 + (entry % 7));
    return `<item><title>Report number ${name} of the day</title><link>${web.url(`/report/${name}`)}</link>
      <guid isPermaLink="false">${name}</guid><description>${text}</description></item>`;
  });
  return `<rss version="2.0"><channel><title>Feed ${feed}</title><link>${web.origin}</link>${items.join('')}</channel></rss>`;
}

async function changes(bus: Bus): Promise<{ eventId: string; change: ArticleChange }[]> {
  const found = [];
  const signal = AbortSignal.timeout(30_000);
  for await (const record of bus.read(ARTICLE_CHANGES.name, { from: 'beginning', follow: false, signal })) {
    found.push({ eventId: record.headers['ce_id']!, change: JSON.parse(record.value!.toString()) as ArticleChange });
  }
  return found;
}

function survivesKills(startBroker: () => Promise<OwnKafkaServer | null>): void {
  let database: TestDatabase;
  let kafka: OwnKafkaServer | null;
  let web: FakeWeb;
  let services: { fetcher: Service; parser: Service; store: Service };
  let bus: Bus;

  beforeAll(async () => {
    [database, kafka, web] = await Promise.all([createTestDatabase(), startBroker(), startFakeWeb()]);
    const env = {
      DATABASE_URL: database.url,
      FETCH_ALLOW_PRIVATE: '127.0.0.0/8',
      POLL_CONCURRENCY: '2',
      BUS_BATCH_EVENTS: '50',
      ...(kafka && { KAFKA_BROKERS: kafka.brokers.join(',') }),
    };
    const [fetcher, parser, store] = await Promise.all([
      startService('fetcher', env),
      startService('parser', env),
      startService('store', env),
    ]);
    services = { fetcher, parser, store };
    bus = await openBus({
      service: 'test',
      version: '0',
      kafkaBrokers: kafka ? kafka.brokers : null,
      databaseUrl: kafka ? null : database.url,
      maxAttempts: 3,
      retryBaseMs: 10,
      retryMaxMs: 100,
      batchMaxEvents: 100,
      batchMaxBytes: 1_000_000,
      lingerMs: 0,
      transactions: false,
      maxBytesInFlight: 32 * 1024 * 1024,
    });
  });
  afterAll(async () => {
    await bus?.close();
    for (const service of Object.values(services ?? {})) await service[Symbol.asyncDispose]();
    await web?.close();
    await kafka?.stop();
    await database?.drop();
  });

  test('kill -9 of each process in the middle of 2,000 articles loses none and doubles none', async () => {
    const { fetcher, parser, store } = services;
    const stored = (least: number) =>
      eventually(async () => (await articleCount(store.url)) >= least, { timeoutMs: 90_000 });
    for (let feed = 0; feed < FEEDS; feed++) {
      web.route(`/feed/${feed}`, { headers: { 'content-type': 'application/rss+xml' }, body: feedOf(web, feed) });
    }
    // the fetcher is killed while it publishes: with the eighth feed asked for, others are in hand
    const eighth = web.whenRequested('/feed/7');
    for (let feed = 0; feed < FEEDS; feed++) {
      const response = await fetch(`${fetcher.url}/api/v1/sources`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: web.url(`/feed/${feed}`), intervalSeconds: 60 }),
      });
      expect(response.status).toBe(201);
    }
    await eighth;
    await fetcher.restart();
    await stored(TOTAL * 0.1);
    await parser.restart();
    await stored(TOTAL * 0.3);
    await store.restart();
    await stored(TOTAL * 0.5);
    await Promise.all([parser.restart(), store.restart(), fetcher.restart()]);
    await stored(TOTAL);
    expect(await articleCount(store.url)).toBe(TOTAL);

    const announced = await eventually(
      async () => {
        const found = await changes(bus);
        return new Set(found.map(({ eventId }) => eventId)).size >= TOTAL && found;
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    const events = new Map(announced.map(({ eventId, change }) => [eventId, change]));
    expect(events.size).toBe(TOTAL);
    expect(new Set([...events.values()].map(({ id }) => id)).size).toBe(TOTAL);
    expect(new Set([...events.values()].map(({ kind, revision }) => `${kind} ${revision}`))).toEqual(
      new Set(['created 1']),
    );
  }, 240_000);
}

describe('crashes, with the bus in Postgres', () => {
  survivesKills(async () => null);
});

describeKafka('crashes, on Kafka', () => {
  survivesKills(() => startOwnKafka());
});
