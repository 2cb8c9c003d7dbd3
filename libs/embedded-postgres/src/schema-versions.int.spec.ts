import { type TestDatabase, createTestDatabase } from '@khabar/testing';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import knownSchemas from './backup/known-schemas.json' with { type: 'json' };
import { findOlderSchemas, readSchemaVersions } from './schema-versions.ts';

describe('the schemas of a database', () => {
  let database: TestDatabase;
  let client: Client;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const make = (store: number, bus: number) =>
    client.query(`
      create schema store; create table store.migrations ("timestamp" bigint); insert into store.migrations values (1), (${store});
      create schema bus; create table bus.schema_version (version integer); insert into bus.schema_version values (${bus})`);

  it('are none in a new one', async () => {
    expect(await readSchemaVersions(client)).toEqual({});
    expect(await findOlderSchemas(client)).toEqual([]);
  });

  it('are not older where they are of today, or newer', async () => {
    await make(knownSchemas.store, knownSchemas.bus + 1);
    expect(await readSchemaVersions(client)).toEqual({ bus: knownSchemas.bus + 1, store: knownSchemas.store });
    expect(await findOlderSchemas(client)).toEqual([]);
  });

  it('are older where the newest of their migrations is', async () => {
    await make(knownSchemas.store - 1, knownSchemas.bus);
    expect(await findOlderSchemas(client)).toEqual(['store']);
  });
});
