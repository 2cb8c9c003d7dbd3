import {
  createTestDatabase,
  describeKafka,
  eventually,
  startOwnKafka,
  type OwnKafkaServer,
  type TestDatabase,
} from '@khabar/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, articleCount, metric, startService } from './processes.ts';

const PUSHED = 100;

describeKafka('a second parser and a second store', () => {
  let database: TestDatabase;
  let kafka: OwnKafkaServer;
  let fetcher: Service;
  const parsers: Service[] = [];
  const stores: Service[] = [];

  beforeAll(async () => {
    [database, kafka] = await Promise.all([createTestDatabase(), startOwnKafka()]);
    const env = { DATABASE_URL: database.url, KAFKA_BROKERS: kafka.brokers.join(',') };
    fetcher = await startService('fetcher', env);
    parsers.push(await startService('parser', env));
    stores.push(await startService('store', env));
    const [parser, store] = await Promise.all([startService('parser', env), startService('store', env)]);
    parsers.push(parser);
    stores.push(store);
  });
  afterAll(async () => {
    for (const service of [fetcher, ...parsers, ...stores]) await service?.[Symbol.asyncDispose]();
    await kafka?.stop();
    await database?.drop();
  });

  async function push(number: number): Promise<void> {
    const response = await fetch(`${fetcher.url}/api/v1/articles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        url: `https://news.example.org/2026/03/report-number-${number}`,
        title: `Report number ${number} from the harbour`,
        text: `The ${number}th ship of the year came in before noon, and the whole town was there to see it.`,
      }),
    });
    expect(response.status).toBe(202);
  }

  const handled = (service: Service, topic: string) => metric(service.url, 'khabar_bus_consumed_total', { topic });

  test('join and share the work, and each article is stored once', async () => {
    let pushed = 0;
    // pushed in portions until both of a kind had something to do: how soon the group hands partitions over is Kafka's affair
    await eventually(
      async () => {
        await Promise.all(Array.from({ length: PUSHED }, (_, each) => push(pushed + each)));
        pushed += PUSHED;
        const counts = await Promise.all([
          ...parsers.map((parser) => handled(parser, 'news.raw.v1')),
          ...stores.map((store) => handled(store, 'news.articles.v1')),
        ]);
        return counts.every((count) => count > 0);
      },
      { timeoutMs: 60_000, intervalMs: 1_000 },
    );
    await eventually(async () => (await articleCount(stores[0]!.url)) >= pushed, { timeoutMs: 60_000 });
    expect(await articleCount(stores[0]!.url)).toBe(pushed);
    expect(await articleCount(stores[1]!.url)).toBe(pushed);
  }, 120_000);
});
