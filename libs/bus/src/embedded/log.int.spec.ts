import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually, uniqueName } from '@khabar/testing';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byBatch } from '../contract/by-batch.contract.ts';
import type { StoredRecord } from '../log-state.ts';
import type { Driver, OutgoingRecord } from '../driver.ts';
import { openEmbeddedDriver } from './embedded-driver.ts';

let database: TestDatabase;
let driver: Driver;
beforeAll(async () => {
  database = await createTestDatabase();
  driver = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'log-spec' });
});
afterAll(async () => {
  await driver.close();
  await database.drop();
});

async function newTopic(partitions: number): Promise<TopicDefinition> {
  const topic = { ...RAW_ARTICLES, name: uniqueName('log'), partitions };
  await driver.ensureTopics([topic]);
  return topic;
}

async function readAll(topic: TopicDefinition): Promise<StoredRecord[]> {
  const { signal } = new AbortController();
  const records: StoredRecord[] = [];
  for await (const each of driver.read(topic.name, { from: 'beginning', follow: false, signal })) records.push(each);
  return records;
}

const record = (topic: TopicDefinition, key: string | null): OutgoingRecord => ({
  topic: topic.name,
  key,
  headers: {},
  value: Buffer.from('{}'),
});

describe('the embedded log', () => {
  it('shows no record before those of lower offset, however slow their transactions are', async () => {
    const topic = await newTopic(3);
    const read = new Map<number, bigint[]>();
    const consumed = new Map<number, bigint[]>();
    const remember = (seen: Map<number, bigint[]>, { partition, offset }: StoredRecord) =>
      seen.set(partition, [...(seen.get(partition) ?? []), offset]);
    const stop = new AbortController();
    const reading = (async () => {
      const options = { from: 'beginning' as const, follow: true, signal: stop.signal };
      for await (const each of driver.read(topic.name, options)) remember(read, each);
    })();
    const subscription = await driver.consume({
      topic,
      group: uniqueName('group'),
      maxEvents: 5,
      maxBytes: 1024 * 1024,
      transactions: false,
      onDisturbance: () => undefined,
      begin: byBatch(async (batch) => {
        for (const each of batch.records) remember(consumed, each);
        await batch.commit(batch.records.at(-1)!.offset + 1n);
      }),
    });

    const appended = [
      ...Array.from({ length: 6 }, () => appendSlowly(topic, 20)),
      ...Array.from({ length: 100 }, async (_, at) => {
        await driver.send([record(topic, `key-${at}`), record(topic, null)]);
        return 2;
      }),
    ];
    const total = (await Promise.all(appended)).reduce((sum, count) => sum + count, 0);
    const whole = (seen: Map<number, bigint[]>) => [...seen.values()].flat().length >= total;
    await eventually(() => whole(read) && whole(consumed));
    stop.abort();
    await Promise.all([reading, subscription.close()]);

    const [state] = await driver.topics([topic.name]);
    for (const { partition, endOffset } of state!.partitions) {
      const expected = Array.from({ length: Number(endOffset) }, (_, at) => BigInt(at));
      expect(read.get(partition)).toEqual(expected);
      expect(consumed.get(partition)).toEqual(expected);
    }
  });

  it('makes few transactions of many sends at a time', async () => {
    const topic = await newTopic(3);
    await Promise.all(Array.from({ length: 200 }, (_, at) => driver.send([record(topic, `key-${at}`)])));
    const [transactions] = await queried<{ count: number }>(
      `select count(distinct r.xmin::text)::integer as count
         from bus.record r join bus.topic t on t.id = r.topic_id where t.name = '${topic.name}'`,
    );
    expect(transactions!.count).toBeLessThan(20);
    expect(await readAll(topic)).toHaveLength(200);
  });

  it('puts no more of a text into the TOAST table than does not fit in a page', async () => {
    const topic = await newTopic(1);
    const text = 'ख'.repeat(9_000 / 3);
    await driver.send([{ topic: topic.name, key: 'key', headers: { a: 'b' }, value: Buffer.from(text) }]);
    const [row] = await queried<{ rest: number; head_is_away: boolean; rest_is_away: boolean }>(
      `select octet_length(rest) as rest, pg_column_toast_chunk_id(head) is not null as head_is_away,
              pg_column_toast_chunk_id(rest) is not null as rest_is_away
         from bus.record r join bus.topic t on t.id = r.topic_id where t.name = '${topic.name}'`,
    );
    expect(row).toMatchObject({ head_is_away: false, rest_is_away: true });
    expect(row!.rest).toBeLessThan(1_000);
  });

  it('gives every record back as it was', async () => {
    const topic = await newTopic(1);
    const value = fc.option(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
        fc.integer({ min: 8_000, max: 20_000 }).map((length) => Buffer.alloc(length, 'ख़')),
      ),
    );
    const text = fc.string({ unit: 'binary' });
    const key = fc.option(text.map((each) => each.replaceAll('\0', '')));
    const headers = fc.dictionary(text, text, { noNullPrototype: true });
    const records = fc.array(fc.record({ topic: fc.constant(topic.name), key, headers, value }), { maxLength: 10 });
    let before = 0;
    await fc.assert(
      fc.asyncProperty(records, async (sent) => {
        await driver.send(sent);
        const stored = (await readAll(topic)).slice(before);
        before += sent.length;
        expect(stored.map(({ key, headers, value }) => ({ topic: topic.name, key, headers, value }))).toEqual(sent);
      }),
      { numRuns: 15 },
    );
  });

  it('refuses a key that Postgres cannot hold, without harm to what is sent beside it', async () => {
    const topic = await newTopic(1);
    const good = driver.send([record(topic, 'good')]);
    await expect(driver.send([record(topic, 'a\0b')])).rejects.toMatchObject({
      code: 'invalid-record',
      retriable: false,
    });
    await good;
    expect(await readAll(topic)).toHaveLength(1);
  });

  it('never lets the time of a partition run backwards', async () => {
    const topic = await newTopic(1);
    await driver.send([record(topic, 'first')]);
    await queried(
      `update bus.partition set appended_at = '2100-01-01Z'
        where topic_id = (select id from bus.topic where name = '${topic.name}')`,
    );
    await driver.send([record(topic, 'second')]);
    expect((await readAll(topic)).at(-1)!.appendedAt).toBe('2100-01-01T00:00:00.000Z');
  });

  it('waits for what is being sent when it is closed', async () => {
    const topic = await newTopic(1);
    const closing = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'closing' });
    await closing.topics([]);
    const sent = closing.send([record(topic, 'last')]);
    await closing.topics([]);
    await closing.close();
    await sent;
    expect(await readAll(topic)).toHaveLength(1);
    await expect(closing.send([record(topic, 'late')])).rejects.toMatchObject({ code: 'bus-closed' });
  });
});

/** Appends to random partitions in transactions that linger before they end, some of them by a rollback; how many records it appended. */
async function appendSlowly(topic: TopicDefinition, times: number): Promise<number> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query('select id from bus.topic where name = $1', [topic.name]);
    const topicId: number = rows[0].id;
    let count = 0;
    for (let time = 0; time < times; time += 1) {
      const kept = Math.random() < 0.8;
      const numbers = Array.from({ length: topic.partitions }, (_, at) => at).filter(() => Math.random() < 0.6);
      await client.query('begin');
      const places = numbers.flatMap((_, at) => [at + 1, at + 1]);
      await client.query('select bus.append($1, $2, $3, $4, $5, $6, $7::text[]::json[], $8, $9, $10)', [
        numbers.map(() => topicId),
        numbers,
        numbers.map(() => 2),
        places,
        places.map((_, at) => at % 2),
        places.map(() => null),
        places.map(() => '{}'),
        places.map(() => 'slow'),
        places.map(() => null),
        places.map(() => null),
      ]);
      await client.query('select pg_sleep($1)', [Math.random() / 50]);
      await client.query(kept ? 'commit' : 'rollback');
      if (kept) count += numbers.length * 2;
    }
    return count;
  } finally {
    await client.end();
  }
}

async function queried<R extends object>(statement: string): Promise<R[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<R>(statement)).rows;
  } finally {
    await client.end();
  }
}
