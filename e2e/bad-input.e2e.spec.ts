import { randomBytes } from 'node:crypto';
import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bus, openBus } from '@khabar/bus';
import { RAW_ARTICLES, deadLetterTopic, fromDeadLetterHeaders, rawArticleExample } from '@khabar/contracts';
import {
  createTestDatabase,
  describeKafka,
  eventually,
  startFakeWeb,
  startOwnKafka,
  uniqueName,
  type FakeWeb,
  type OwnKafkaServer,
  type TestDatabase,
} from '@khabar/testing';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, articles, metric, startService, temporaryFolder } from './processes.ts';

const GOOD = `The lighthouse is lit again

The lighthouse at the northern pier is lit again after eleven years of darkness, the harbour office said.

Volunteers repaired the lamp over the winter. The first ship to see it was a trawler on its way home.
`;

describeKafka('bad input', () => {
  let database: TestDatabase;
  let kafka: OwnKafkaServer;
  let web: FakeWeb;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let services: Service[];
  let bus: Bus;

  beforeAll(async () => {
    [database, kafka, web, folder] = await Promise.all([
      createTestDatabase(),
      startOwnKafka(),
      startFakeWeb(),
      temporaryFolder(),
    ]);
    const env = {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafka.brokers.join(','),
      FETCH_ALLOW_PRIVATE: '127.0.0.0/8',
      FETCH_FOLDERS_ROOT: folder.path,
      SEED_FOLDERS: folder.path,
    };
    services = await Promise.all((['fetcher', 'parser', 'store'] as const).map((name) => startService(name, env)));
    bus = await openBus({
      service: 'test',
      version: '0',
      kafkaBrokers: kafka.brokers,
      databaseUrl: null,
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
    for (const service of services ?? []) await service[Symbol.asyncDispose]();
    await web?.close();
    await folder?.[Symbol.asyncDispose]();
    await kafka?.stop();
    await database?.drop();
  });

  /** Waits for a dead letter of this reason, and returns its value. */
  function deadLetter(code: string): Promise<Buffer> {
    return eventually(
      async () => {
        const signal = AbortSignal.timeout(20_000);
        const topic = deadLetterTopic(RAW_ARTICLES).name;
        for await (const record of bus.read(topic, { from: 'beginning', follow: false, signal })) {
          if (fromDeadLetterHeaders(record.headers)?.code === code) return record.value ?? Buffer.alloc(0);
        }
        return null;
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  }

  /** The next good article still arrives. */
  async function goodArticleArrives(): Promise<void> {
    const name = uniqueName('good');
    const title = `The lighthouse ${name} is lit again`;
    // written aside and moved in, as a careful writer does
    await writeFile(join(folder.path, `.${name}.txt`), GOOD.replace('The lighthouse is lit again', title));
    await rename(join(folder.path, `.${name}.txt`), join(folder.path, `${name}.txt`));
    await eventually(async () => (await articles(services[2]!.url)).some((article) => article.title === title), {
      timeoutMs: 30_000,
    });
  }

  test('an empty file becomes a dead letter and a metric', async () => {
    await writeFile(join(folder.path, 'empty.txt'), '');
    expect(JSON.parse((await deadLetter('empty-file')).toString())).toMatchObject({ path: 'empty.txt', bytes: 0 });
    expect(await metric(services[0]!.url, 'khabar_fetcher_rejected_total', { code: 'empty-file' })).toBe(1);
    await goodArticleArrives();
  });

  test('50 MB of one line become a dead letter of their size, hash and head', async () => {
    const file = await open(join(folder.path, 'huge.txt'), 'w');
    const megabyte = Buffer.alloc(1_000_000, 'news ');
    for (let written = 0; written < 50; written++) await file.write(megabyte);
    await file.close();
    const value = await deadLetter('too-large');
    expect(value.length).toBeLessThan(200_000);
    expect(JSON.parse(value.toString())).toMatchObject({ path: 'huge.txt', bytes: 50_000_000 });
    expect(await metric(services[0]!.url, 'khabar_fetcher_rejected_total', { code: 'too-large' })).toBe(1);
    await goodArticleArrives();
  });

  test('binary rubbish becomes a dead letter of the parser', async () => {
    await writeFile(join(folder.path, 'rubbish.txt'), randomBytes(50_000));
    const value = await deadLetter('not-text');
    expect(JSON.parse(value.toString())).toMatchObject({ path: 'rubbish.txt', bodyEncoding: 'base64' });
    expect(await metric(services[1]!.url, 'khabar_bus_dead_letters_total', { code: 'not-text' })).toBe(1);
    await goodArticleArrives();
  });

  test('an entry without link, guid and title becomes a dead letter, and its neighbour an article', async () => {
    web.route('/feed.xml', {
      headers: { 'content-type': 'application/rss+xml' },
      body: `<rss version="2.0"><channel><title>Feed</title><item><description>Something happened somewhere.</description></item>
        <item><title>Tram line reaches the hospital</title><link>${web.url('/tram-line-reaches-the-hospital')}</link>
        <description>The first tram reached the hospital on Monday, two years later than planned but to loud applause.</description></item>
        </channel></rss>`,
    });
    await fetch(`${services[0]!.url}/api/v1/sources`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: web.url('/feed.xml') }),
    });
    await deadLetter('entry-without-identity');
    expect(await metric(services[0]!.url, 'khabar_fetcher_rejected_total', { code: 'entry-without-identity' })).toBe(1);
    await eventually(
      async () => (await articles(services[2]!.url)).some(({ title }) => title === 'Tram line reaches the hospital'),
      { timeoutMs: 30_000 },
    );
  });

  test('an event of an unknown version becomes a dead letter byte for byte', async () => {
    const value = Buffer.from(JSON.stringify({ ...rawArticleExample, shape: 'of tomorrow' }));
    // sent by a client of its own, for our encoder knows no such version
    const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const headers = { ce_specversion: '1.0', ce_id: 'tomorrow-1', ce_source: 'urn:test', ce_type: 'news.raw.v9' };
    await producer.send({ topic: RAW_ARTICLES.name, messages: [{ key: rawArticleExample.id, value, headers }] });
    await producer.disconnect();
    expect(await deadLetter('unknown-event-type')).toEqual(value);
    expect(await metric(services[1]!.url, 'khabar_bus_dead_letters_total', { code: 'unknown-event-type' })).toBe(1);
    await goodArticleArrives();
  });
});
