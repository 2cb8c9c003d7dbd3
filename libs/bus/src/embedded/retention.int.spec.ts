import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually, uniqueName } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { byBatch } from '../contract/by-batch.contract.ts';
import type { Driver } from '../driver.ts';
import { openEmbeddedDriver } from './embedded-driver.ts';

let database: TestDatabase;
let client: Client;
let driver: Driver;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  driver = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'retention-spec' });
});
afterAll(async () => {
  await driver.close();
  await client.end();
  await database.drop();
});

let topic: TopicDefinition;
beforeEach(async () => {
  topic = { ...RAW_ARTICLES, name: uniqueName('retention'), partitions: 1, retentionMs: 24 * 60 * 60 * 1000 };
  await driver.ensureTopics([topic]);
});

/** Appends 700 records two days ago and 10 now. */
async function appendOldAndNew(): Promise<void> {
  const records = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      topic: topic.name,
      key: `${at}`,
      headers: {},
      value: Buffer.from('{}'),
    }));
  await driver.send(records(700));
  await client.query(
    `update bus.record set appended_at = appended_at - interval '2 days' where topic_id = (select id from bus.topic where name = $1)`,
    [topic.name],
  );
  await driver.send(records(10));
}

/** Consumes until so many events are committed. */
async function consume(group: string, count: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  const subscription = await driver.consume({
    topic,
    group,
    maxEvents: count,
    maxBytes: 1024 * 1024,
    transactions: false,
    onDisturbance: () => undefined,
    begin: byBatch(async (batch) => {
      await batch.commit(BigInt(count));
      done.resolve();
      await new Promise((resolve) => batch.signal.addEventListener('abort', resolve));
    }),
  });
  await done.promise;
  await subscription.close();
}

const startOffset = async () => (await driver.topics([topic.name]))[0]!.partitions[0]!.startOffset;
const prune = () => openEmbeddedDriver({ databaseUrl: database.url, clientId: 'pruning', pruneEveryMs: 20 });

describe('the retention of the embedded log', () => {
  it('deletes what is older than its topic keeps, and nothing younger', async () => {
    await appendOldAndNew();
    const pruning = await prune();
    await eventually(async () => (await startOffset()) === 700n);
    await pruning.close();
    const { signal } = new AbortController();
    const offsets: bigint[] = [];
    for await (const { offset } of driver.read(topic.name, { from: 'beginning', follow: false, signal }))
      offsets.push(offset);
    expect(offsets).toEqual(Array.from({ length: 10 }, (_, at) => BigInt(700 + at)));
    const { rows } = await client.query(
      'select count(*)::integer as count from bus.record r join bus.topic t on t.id = r.topic_id where t.name = $1',
      [topic.name],
    );
    expect(rows).toEqual([{ count: 10 }]);
  });

  it('keeps what a group has not committed, be it ever so old', async () => {
    await appendOldAndNew();
    await consume(uniqueName('fast'), 650);
    await consume(uniqueName('slow'), 5);
    const pruning = await prune();
    await eventually(async () => (await startOffset()) > 0n);
    expect(await startOffset()).toBe(5n);
    await pruning.close();
  });

  it('lets a new group begin with what is still there', async () => {
    await appendOldAndNew();
    const pruning = await prune();
    await eventually(async () => (await startOffset()) === 700n);
    await pruning.close();
    const first = Promise.withResolvers<bigint>();
    const group = uniqueName('new');
    const subscription = await driver.consume({
      topic,
      group,
      maxEvents: 100,
      maxBytes: 1024 * 1024,
      transactions: false,
      onDisturbance: () => undefined,
      begin: byBatch(async (batch) => first.resolve(batch.records[0]!.offset)),
    });
    expect(await first.promise).toBe(700n);
    expect((await driver.groups([group], [topic.name]))[0]!.lag).toBe(10n);
    await subscription.close();
  });

  it('reads from an instant on, also where older records are gone', async () => {
    await appendOldAndNew();
    const read = async (sinceMs: number) => {
      const { signal } = new AbortController();
      const keys: unknown[] = [];
      for await (const { key } of driver.read(topic.name, { from: { sinceMs }, follow: false, signal })) keys.push(key);
      return keys.length;
    };
    const aDayAgo = Date.now() - 24 * 60 * 60 * 1000;
    expect(await read(aDayAgo)).toBe(10);
    expect(await read(0)).toBe(710);
    const pruning = await prune();
    await eventually(async () => (await startOffset()) === 700n);
    await pruning.close();
    expect(await read(0)).toBe(10);
    expect(await read(Date.now() + 60_000)).toBe(0);
  });
});
