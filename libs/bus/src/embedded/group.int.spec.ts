import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually, uniqueName } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordBatch, byBatch } from '../contract/by-batch.contract.ts';
import type { Driver } from '../driver.ts';
import { openEmbeddedDriver, type EmbeddedSettings } from './embedded-driver.ts';
import { MEMBER_LOCK } from './schema.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let topic: TopicDefinition;
let group: string;
let opened: { close(): Promise<void> }[];
beforeEach(async () => {
  opened = [];
  topic = { ...RAW_ARTICLES, name: uniqueName('group'), partitions: 4 };
  group = uniqueName('group');
  const driver = await open();
  await driver.ensureTopics([topic]);
  await driver.send(
    Array.from({ length: 40 }, (_, at) => ({
      topic: topic.name,
      key: `key-${at}`,
      headers: {},
      value: Buffer.from(`${at}`),
    })),
  );
});
afterEach(async () => {
  for (const each of opened.reverse()) await each.close();
});

async function open(settings: Partial<EmbeddedSettings> = {}): Promise<Driver> {
  const driver = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'group-spec', ...settings });
  opened.push(driver);
  return driver;
}

/** Consumes with a driver of its own; the values of what was handed over are remembered. */
async function join(onBatch: (batch: RecordBatch) => Promise<void>, settings: Partial<EmbeddedSettings> = {}) {
  const seen: string[] = [];
  const driver = await open(settings);
  const subscription = await driver.consume({
    topic,
    group,
    maxEvents: 100,
    maxBytes: 1024 * 1024,
    transactions: false,
    onDisturbance: () => undefined,
    begin: byBatch(async (batch) => {
      seen.push(...valuesOf(batch));
      await onBatch(batch);
    }),
  });
  opened.push(subscription);
  return { seen, driver };
}

const valuesOf = (batch: RecordBatch) => batch.records.map(({ value }) => value!.toString());
const commitAll = (batch: RecordBatch) => batch.commit(batch.records.at(-1)!.offset + 1n);
const stateOf = async (driver: Driver) => (await driver.groups([group], [topic.name]))[0]!;

/** A member of another program: it has joined and owns all partitions, and is not heard of again. */
async function silentMember(patience: string): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  client.on('error', () => undefined); // it is going to be cut off
  await client.connect();
  opened.push({ close: () => client.end() });
  const { rows } = await client.query(`select nextval('bus.member_id')::integer as member`);
  const member: number = rows[0].member;
  await client.query('select pg_advisory_lock_shared($1, $2)', [MEMBER_LOCK, member]);
  const { rowCount } = await client.query(
    'select from bus.topic t, lateral bus.rebalance($1, $2, t.id, $3) where t.name = $4',
    [member, group, patience, topic.name],
  );
  expect(rowCount).toBe(4);
  return client;
}

describe('a group of the embedded log', () => {
  it('takes over from a member whose connection ended', async () => {
    const silent = await silentMember('1 hour');
    const { seen, driver } = await join(commitAll);
    expect(await stateOf(driver)).toMatchObject({ members: 2, lag: 40n });
    await terminate(silent);
    await eventually(() => seen.length === 40);
    await eventually(async () => (await stateOf(driver)).lag === 0n);
    expect((await stateOf(driver)).members).toBe(1);
  });

  it('takes over from a member that keeps its connection and is silent for too long', async () => {
    await silentMember('1 second');
    const { seen } = await join(commitAll, { memberPatienceMs: 1_000 });
    await eventually(() => seen.length === 40);
  });

  it('hands partitions to a new member behind the batch at hand, so that no event is handled twice', async () => {
    const gate = Promise.withResolvers<void>();
    const one = await join(async (batch) => {
      await gate.promise;
      await commitAll(batch);
    });
    await eventually(() => one.seen.length === 40);
    const other = await join(commitAll);
    await eventually(async () => (await stateOf(one.driver)).members === 2);
    gate.resolve();
    await eventually(async () => (await stateOf(one.driver)).lag === 0n);

    await one.driver.send(
      Array.from({ length: 40 }, (_, at) => ({
        topic: topic.name,
        key: `key-${at}`,
        headers: {},
        value: Buffer.from(`later ${at}`),
      })),
    );
    await eventually(async () => (await stateOf(one.driver)).lag === 0n);
    expect([...one.seen, ...other.seen].filter((value) => !value.startsWith('later'))).toHaveLength(40);
    await eventually(() => other.seen.length > 0);
    const later = [...one.seen, ...other.seen].filter((value) => value.startsWith('later'));
    expect(new Set(later).size).toBe(40);
    expect(later).toHaveLength(40);
  });

  it('gives up a batch that takes too long for a handover, and lets it commit nothing any more', async () => {
    const gate = Promise.withResolvers<void>();
    const batches: RecordBatch[] = [];
    const one = await join(
      async (batch) => {
        batches.push(batch);
        await gate.promise;
      },
      { handoverMs: 1 },
    );
    await eventually(() => batches.length === 4);
    const held = Promise.withResolvers<void>();
    const other = await join(() => held.promise);
    await eventually(() => batches.filter(({ signal }) => signal.aborted).length === 2);
    await eventually(() => other.seen.length > 0);
    const { lag } = await stateOf(one.driver);
    for (const batch of batches.filter(({ signal }) => signal.aborted)) await commitAll(batch);
    expect((await stateOf(one.driver)).lag).toBe(lag);
    gate.resolve();
    held.resolve();
  });

  it('tells a member that was taken for dead, and its late commit counts for nothing', async () => {
    const gate = Promise.withResolvers<void>();
    const batches: RecordBatch[] = [];
    const { driver } = await join(async (batch) => {
      batches.push(batch);
      await gate.promise;
    });
    await eventually(() => batches.length === 4);
    await queried(`update bus.group_offset set owner = 0, epoch = epoch + 1 where group_name = '${group}'`);
    await commitAll(batches[0]!);
    expect(batches[0]!.signal.aborted).toBe(true);
    expect((await stateOf(driver)).lag).toBe(40n);
    gate.resolve();
  });

  it('hands no partition to a member again while its batch of before is at hand', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let underWay = 0;
    const batches: RecordBatch[] = [];
    await join(async (batch) => {
      if (batch.partition !== 0) return;
      expect((underWay += 1)).toBe(1);
      batches.push(batch);
      await gates[batches.length - 1]!.promise;
      underWay -= 1;
    });
    await eventually(() => batches.length === 1);
    await queried(`update bus.group_offset set owner = null, epoch = epoch + 1 where group_name = '${group}'`);
    await eventually(
      async () =>
        (await queried(`select from bus.group_offset where group_name = '${group}' and owner is null`)).length === 0,
    );
    await eventually(() => batches[0]!.signal.aborted);
    expect(batches).toHaveLength(1);
    gates[0]!.resolve();
    await eventually(() => batches.length === 2);
    expect(valuesOf(batches[1]!)).toEqual(valuesOf(batches[0]!));
    gates[1]!.resolve();
  });

  it('lets members of any number share all partitions, each owned once', async () => {
    const members = [];
    for (let count = 0; count < 5; count += 1) members.push(await join(commitAll));
    await eventually(async () => {
      const owners = await queried<{ owner: number }>(
        `select owner from bus.group_offset where group_name = '${group}'`,
      );
      return (
        owners.length === 4 &&
        owners.every(({ owner }) => owner !== null) &&
        new Set(owners.map(({ owner }) => owner)).size === 4
      );
    });
  });
});

async function terminate(client: Client): Promise<void> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  await queried(`select pg_terminate_backend(${rows[0].pid})`);
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
