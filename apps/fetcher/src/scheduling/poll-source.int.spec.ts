import { type Bus, openBus } from '@khabar/bus';
import {
  RAW_ARTICLES,
  type RawArticle,
  TOPICS,
  deadLetterTopic,
  encodeBody,
  fromDeadLetterHeaders,
  rawArticleIdOfGuid,
  rawContentHash,
  sourceId,
} from '@khabar/contracts';
import { createLogger } from '@khabar/runtime';
import { type TestDatabase, createTestDatabase } from '@khabar/testing';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { type Discovery, type DiscoveryEnd, type Finding, rawFinding } from '../discovery/finding.ts';
import { FetcherEvents } from '../events.ts';
import { announcedForms } from '../frontier/announced.ts';
import { Source } from '../sources/source.entity.ts';
import { type LeasedSource, leaseSource } from './due-sources.ts';
import { pollSource } from './poll-source.ts';

const INTERVAL_MS = 60_000;
const address = 'https://news.example.org/feed';
const id = sourceId('feed', address);

function finding(name: string, text = `Text of ${name}`): Finding & { raw: RawArticle } {
  const bytes = Buffer.from(text);
  const raw: RawArticle = {
    ...{ id: rawArticleIdOfGuid(id, name), sourceId: id, url: null, fetchedAt: '2026-03-14T12:00:00.000Z', http: null },
    ...{ entry: null, mediaType: 'text/plain', charset: null, ...encodeBody(bytes) },
    contentHash: rawContentHash(bytes, null),
  };
  return { ...rawFinding(raw), raw };
}

const readToEnd: DiscoveryEnd = {
  ...{ kind: 'read', status: 200, unchanged: false, etag: '"1"', lastModified: null, movedTo: null },
  ...{ title: null, siteUrl: null, unsettled: false },
};

async function* discovery(batches: Finding[][], end: DiscoveryEnd | Error = readToEnd): Discovery {
  for (const batch of batches) yield batch;
  if (end instanceof Error) throw end;
  return end;
}

describe('one poll', () => {
  let test: TestDatabase;
  let database: DataSource;
  let bus: Bus;
  const report = new FetcherEvents(createLogger({ name: 'test', level: 'silent', format: 'json' }), new Registry());

  const open = () =>
    openBus({
      ...{ service: 'fetcher', version: '1', kafkaBrokers: null, databaseUrl: test.url },
      ...{
        maxAttempts: 1,
        retryBaseMs: 1,
        retryMaxMs: 1,
        batchMaxEvents: 100,
        batchMaxBytes: 1_000_000,
        lingerMs: 0,
        transactions: false,
        maxBytesInFlight: 32 * 1024 * 1024,
      },
    });
  beforeAll(async () => {
    test = await createTestDatabase();
    database = await openDatabase(test.url);
    bus = await open();
    await bus.ensureTopics(TOPICS);
  });
  afterAll(async () => {
    await bus?.close();
    await database?.destroy();
    await test?.drop();
  });
  beforeEach(async () => {
    await database.getRepository(Source).delete({ id });
    await database.getRepository(Source).insert({ id, kind: 'feed', address, nextPollAt: new Date() });
  });

  const lease = async () => (await leaseSource(database, id, 60_000)) as LeasedSource;
  const read = () => database.getRepository(Source).findOneByOrFail({ id });
  const known = async (...names: string[]) =>
    (
      await announcedForms(
        database,
        id,
        names.map((name) => finding(name).id),
      )
    ).size;
  const poll = async (of: Discovery, on = bus) =>
    pollSource(await lease(), of, 'all', { database, bus: on, report, intervalMs: INTERVAL_MS });

  it('keeps the batches that went well when a later one fails', async () => {
    await poll(discovery([[finding('a')], [finding('b')]], new Error('disk on fire')));
    expect(await known('a', 'b')).toBe(2);
    expect(await read()).toMatchObject({
      errorCode: 'unexpected',
      publishedCount: 2,
      failuresInRow: 1,
      leaseToken: null,
    });
  });

  it('blames no source when the bus is away: it is due again soon, and nothing is taken as announced', async () => {
    const away = await open();
    await away.close();
    await poll(discovery([[finding('a')]]), away);
    const source = await read();
    expect(source).toMatchObject({ failuresInRow: 0, pollCount: 0, etag: null, leaseToken: null });
    expect(source.nextPollAt!.getTime() - Date.now()).toBeLessThan(INTERVAL_MS / 2);
    expect(await known('a')).toBe(0);
    await poll(discovery([[finding('a')]]));
    expect(await known('a')).toBe(1);
    expect(await read()).toMatchObject({ pollCount: 1, etag: '"1"' });
  });

  it('rejects an article that is too large once it is an event, and publishes its neighbours', async () => {
    // Control characters take six bytes each in JSON.
    const huge = finding('huge', '\u0001'.repeat(2_000_000));
    await poll(discovery([[finding('c'), huge, finding('d')]]));
    expect(await read()).toMatchObject({ publishedCount: 2, rejectedCount: 1, failuresInRow: 0 });
    expect(await known('c', 'huge', 'd')).toBe(3);
    const dead = [];
    const signal = AbortSignal.timeout(10_000);
    const options = { from: 'beginning', follow: false, signal } as const;
    for await (const record of bus.read(deadLetterTopic(RAW_ARTICLES).name, options)) dead.push(record);
    expect(dead.map(({ headers }) => fromDeadLetterHeaders(headers)?.code)).toEqual(['too-large']);
    expect(JSON.parse(dead[0]!.value!.toString())).toMatchObject({ sourceId: id, bytes: 2_000_000 });
  });
});
