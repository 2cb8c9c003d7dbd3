import { LOG_SCHEMA, openBus } from '@khabar/bus';
import { RAW_ARTICLES, TOPICS, rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { type TestDatabase, type TestRole, createTestDatabase, eventually, nameTestRole } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedSchema } from './owned-schema.ts';
import { prepareDatabase } from './prepare-database.ts';

/** A schema with a table, which its second migration follows by another. */
function schemaOf(name: string, migrations = 1): OwnedSchema {
  const steps = [
    `CREATE SCHEMA IF NOT EXISTS ${name}`,
    `CREATE TABLE IF NOT EXISTS ${name}.version (number integer)`,
    `CREATE TABLE IF NOT EXISTS ${name}.first (id serial PRIMARY KEY, word text)`,
    ...(migrations > 1 ? [`CREATE TABLE IF NOT EXISTS ${name}.second (id serial PRIMARY KEY, word text)`] : []),
  ];
  return { name, versionTable: 'version', migrate: async (url) => void (await ask(url, steps.join(';'))) };
}

async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

const REFUSED = { code: '42501' };

describe('a database that was prepared for the roles of two services', () => {
  let database: TestDatabase;
  let role: TestRole;
  let other: TestRole;
  const prepare = (service: TestRole, ...schemas: OwnedSchema[]) =>
    prepareDatabase(schemas, { owner: database.url, service: service.url });

  beforeAll(async () => {
    database = await createTestDatabase();
    [role, other] = [nameTestRole(database), nameTestRole(database)];
    await ask(database.url, 'GRANT CREATE ON SCHEMA public TO PUBLIC'); // as before Postgres 15
    const both = [
      [role, 'things'],
      [other, 'others'],
    ] as const;
    const made = both.map(([service, schema]) => prepare(service, schemaOf(schema), LOG_SCHEMA));
    expect(await Promise.all(made)).toEqual([role.name, other.name]);
  });

  afterAll(async () => {
    await role[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await database.drop();
  });

  it('lets each work with the rows of its schema', async () => {
    await ask(role.url, `INSERT INTO things.first (word) VALUES ('one'), ('two')`);
    await ask(role.url, `UPDATE things.first SET word = 'three' WHERE word = 'two'`);
    await ask(role.url, `DELETE FROM things.first WHERE word = 'one'`);
    expect(await ask(role.url, 'SELECT word FROM things.first')).toEqual([{ word: 'three' }]);
    expect(await ask(role.url, 'SELECT FROM things.version')).toEqual([]);
  });

  it.each([
    ['reads what others have', 'SELECT FROM others.first'],
    ['writes what others have', `INSERT INTO others.first (word) VALUES ('one')`],
    ['learns what others have', `SELECT 'others.first'::regclass`],
    ['makes tables in its schema', 'CREATE TABLE things.own ()'],
    ['makes tables where all may', 'CREATE TABLE public.own ()'],
    ['makes tables in the log', 'CREATE TABLE bus.own ()'],
    ['makes schemas', 'CREATE SCHEMA own'],
    ['makes roles', 'CREATE ROLE own'],
    ['makes databases', 'CREATE DATABASE own'],
    ['changes tables', 'ALTER TABLE things.first ADD COLUMN more text'],
    ['empties tables', 'TRUNCATE things.first'],
    ['drops tables', 'DROP TABLE things.first'],
    ['hangs code on tables', 'CREATE RULE own AS ON INSERT TO things.first DO NOTHING'],
    ['says that migrations were done', 'INSERT INTO things.version VALUES (2)'],
    ['says that migrations of the log were done', 'UPDATE bus.schema_version SET version = 0'],
  ])('lets neither do more: it never %s', async (_, statement) => {
    await expect(ask(role.url, statement)).rejects.toMatchObject(REFUSED);
  });

  it('lets neither pass its rights on', async () => {
    await ask(role.url, 'GRANT SELECT ON things.first TO PUBLIC'); // a warning
    await expect(ask(other.url, 'SELECT FROM things.first')).rejects.toMatchObject(REFUSED);
  });

  it('belongs to its owner in every part', async () => {
    const owned = await ask(
      database.url,
      `SELECT oid::regclass::text AS what FROM pg_class WHERE relowner::regrole::text ~ '^test_'
       UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner::regrole::text ~ '^test_'
       UNION ALL SELECT proname FROM pg_proc WHERE proowner::regrole::text ~ '^test_'`,
    );
    expect(owned).toEqual([]);
    const [{ mighty }] = (await ask(
      database.url,
      `SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS mighty
         FROM pg_roles WHERE rolname = '${role.name}'`,
    )) as [{ mighty: boolean }];
    expect(mighty).toBe(false);
  });

  it('opens to the role what later migrations make, and changes nothing when it is prepared again', async () => {
    await schemaOf('things', 2).migrate(database.url); // by the owner, and nobody prepares anything
    await ask(role.url, `INSERT INTO things.second (word) VALUES ('one')`);
    const rights = () =>
      ask(database.url, `SELECT relname, relacl::text FROM pg_class WHERE relacl IS NOT NULL ORDER BY oid`);
    const before = await rights();
    await prepare(role, schemaOf('things', 2), LOG_SCHEMA);
    expect(await rights()).toEqual(before);
  });

  it('is the bus of both', async () => {
    const settings = { maxAttempts: 1, retryBaseMs: 1, retryMaxMs: 1, batchMaxEvents: 10, batchMaxBytes: 1_000_000 };
    const [mine, theirs] = await Promise.all(
      [role, other].map(({ url }) =>
        openBus({
          ...{ service: 'test', version: '0', kafkaBrokers: null, databaseUrl: url, ...settings },
          ...{ lingerMs: 0, transactions: true, maxBytesInFlight: 1_000_000 },
        }),
      ),
    );
    await mine!.ensureTopics(TOPICS);
    const heard: string[] = [];
    const subscription = await theirs!.subscribe({
      topic: RAW_ARTICLES,
      group: 'test',
      handle: async ({ events }) => void heard.push(...events.map(({ event }) => event.subject)),
    });
    await mine!.publish([rawArticleEvent(rawArticleExample)]);
    await eventually(() => heard.length === 1);
    await eventually(async () => (await theirs!.groups(['test'], [RAW_ARTICLES.name]))[0]!.lag === 0n);
    await subscription.close();
    expect(await mine!.erase(RAW_ARTICLES.name, [rawArticleExample.id], 0)).toBe(true);
    const publisher = await mine!.numberedPublisher('test');
    await publisher.publish(1n, [rawArticleEvent(rawArticleExample)]);
    await publisher.close();
    await ask(role.url, `SELECT bus.prune(topic_id, number, 500) FROM bus.partition`);
    expect(await mine!.forgetGroup('test')).toBe(true);
    await Promise.all([mine!.close(), theirs!.close()]);
  });

  it('gives a role the password of its new address', async () => {
    const url = new URL(role.url);
    url.password = 'with%20space%2F%25';
    const renewed = { ...role, url: url.href };
    await prepare(renewed, schemaOf('things', 2));
    await ask(url.href, 'SELECT 1');
    await expect(ask(role.url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await prepare(role, schemaOf('things', 2));
    await ask(role.url, 'SELECT 1');
  });

  it('keeps a role from being the service’s that owns what it is to work with', async () => {
    await ask(database.url, `CREATE SCHEMA mine AUTHORIZATION ${other.name}`);
    await expect(prepare(other, schemaOf('mine'))).rejects.toMatchObject({ code: 'role-unfit' });
    await ask(database.url, `DROP SCHEMA mine CASCADE`);
  });

  it('may have an owner who is no superuser, and roles that somebody else looks after', async () => {
    await using owner = nameTestRole(database);
    await using service = nameTestRole(database);
    const password = new URL(owner.url).password;
    await ask(database.url, `CREATE ROLE ${owner.name} LOGIN PASSWORD '${password}'`);
    await ask(database.url, `GRANT CREATE ON DATABASE ${new URL(database.url).pathname.slice(1)} TO ${owner.name}`);
    const addresses = { owner: owner.url, service: service.url };
    await expect(prepareDatabase([schemaOf('managed')], addresses)).rejects.toMatchObject({ code: 'role-refused' });
    await ask(database.url, `CREATE ROLE ${service.name} LOGIN PASSWORD '${new URL(service.url).password}'`);
    expect(await prepareDatabase([schemaOf('managed')], addresses)).toBe(service.name);
    await ask(service.url, `INSERT INTO managed.first (word) VALUES ('one')`);
    await ask(database.url, `ALTER ROLE ${service.name} PASSWORD 'another'`);
    await expect(prepareDatabase([schemaOf('managed')], addresses)).rejects.toMatchObject({ code: 'role-refused' });
    await ask(database.url, `DROP SCHEMA managed CASCADE`);
  });

  it('lets an owner who may make roles be rid of one again', async () => {
    await using owner = nameTestRole(database);
    await using service = nameTestRole(database);
    const password = new URL(owner.url).password;
    await ask(database.url, `CREATE ROLE ${owner.name} LOGIN CREATEROLE PASSWORD '${password}'`);
    await ask(database.url, `GRANT CREATE ON DATABASE ${new URL(database.url).pathname.slice(1)} TO ${owner.name}`);
    await prepareDatabase([schemaOf('managed')], { owner: owner.url, service: service.url });
    await ask(service.url, 'SELECT FROM managed.first');
    await ask(
      owner.url,
      `GRANT ${service.name} TO CURRENT_USER; DROP OWNED BY ${service.name}; DROP ROLE ${service.name}`,
    );
    expect(await ask(database.url, `SELECT FROM pg_roles WHERE rolname = '${service.name}'`)).toEqual([]);
    await ask(database.url, `DROP SCHEMA managed CASCADE`);
  });

  it('needs no role where the service works as the owner', async () => {
    expect(await prepareDatabase([schemaOf('things')], { owner: database.url, service: database.url })).toBeNull();
    expect(await prepareDatabase([schemaOf('things')], { owner: database.url, service: null })).toBeNull();
  });
});
