import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { Client, Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredRecord } from '../log-state.ts';
import { openEmbeddedDriver } from './embedded-driver.ts';
import { migrate } from './migrate.ts';
import { SCHEMA_STEPS } from './schema.ts';

let database: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.url });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const version = async () => (await pool.query('select version from bus.schema_version')).rows;

describe('the schema of the embedded log', () => {
  it('is made once by however many processes come first', async () => {
    await Promise.all(Array.from({ length: 8 }, () => migrate(pool)));
    await migrate(pool);
    expect(await version()).toEqual([{ version: SCHEMA_STEPS.length }]);
  });

  it('goes on from the version it has', async () => {
    await migrate(pool);
    await migrate(pool, [...SCHEMA_STEPS, 'create table bus.later ()', 'create table bus.last ()']);
    expect(await version()).toEqual([{ version: SCHEMA_STEPS.length + 2 }]);
    expect((await pool.query('select from bus.later, bus.last')).rowCount).toBe(0);
  });

  it('keeps what was appended before texts were divided', async () => {
    await migrate(pool, SCHEMA_STEPS.slice(0, 3));
    const value = 'ख़बर '.repeat(2_000);
    await pool.query(
      `insert into bus.topic (name, partitions, retention_ms, max_message_bytes) values ('old', 1, 1, 1)`,
    );
    await pool.query('insert into bus.partition (topic_id, number) select id, 0 from bus.topic');
    await pool.query(
      `select bus.append(array[id], array[0], array[3], array[1, 1, 1], array[0, 1, 2], array['key', null, null],
         array['{"a":"b"}', '{}', '{}']::json[], array[$1, null, null], array[null, '\\xff00', null]::bytea[]) from bus.topic`,
      [value],
    );
    const driver = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'new' });
    const signal = new AbortController().signal;
    const records: StoredRecord[] = [];
    for await (const each of driver.read('old', { from: 'beginning', follow: false, signal })) records.push(each);
    expect(records).toMatchObject([
      { offset: 0n, key: 'key', headers: { a: 'b' }, value: Buffer.from(value) },
      { offset: 1n, key: null, value: Buffer.from([0xff, 0]) },
      { offset: 2n, key: null, value: null },
    ]);
    await driver.close();
  });

  it('changes a table that somebody reads for long without holding up the others meanwhile', async () => {
    await migrate(pool);
    const reader = await pool.connect();
    await reader.query('begin');
    await reader.query('select from bus.record');
    let done = false;
    const migrating = migrate(pool, [...SCHEMA_STEPS, 'alter table bus.record add column later text']).finally(
      () => (done = true),
    );
    const other = new Client({ connectionString: database.url, lock_timeout: 20_000 });
    await other.connect();
    const waits = `select from pg_locks where not granted and relation = 'bus.record'::regclass`;
    await eventually(async () => (await other.query(waits)).rowCount === 1);
    await other.query(
      `insert into bus.record (topic_id, partition, "offset", appended_at, headers) values (1, 0, 0, now(), '{}')`,
    );
    expect(done).toBe(false);
    await reader.query('commit');
    reader.release();
    await migrating;
    expect((await other.query('select later from bus.record')).rowCount).toBe(1);
    await other.end();
  });

  it('stays as it was when a step fails, and takes the step later', async () => {
    await migrate(pool);
    await expect(migrate(pool, [...SCHEMA_STEPS, 'create table bus.later (); select 1 / 0'])).rejects.toThrow(
      'by zero',
    );
    expect(await version()).toEqual([{ version: SCHEMA_STEPS.length }]);
    await migrate(pool, [...SCHEMA_STEPS, 'create table bus.later ()']);
  });

  it('is left alone by a program older than it', async () => {
    await migrate(pool, [...SCHEMA_STEPS, 'create table bus.later ()']);
    const driver = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'old' });
    await expect(driver.topics([])).rejects.toMatchObject({ code: 'schema-too-new', retriable: false });
    expect(await driver.health()).toMatchObject({ up: false });
    await driver.close();
  });
});
