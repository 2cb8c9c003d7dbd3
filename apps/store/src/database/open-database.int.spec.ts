import { freePort, createTestDatabase, oneQueryAtATime, startFarewell, type TestDatabase } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './open-database.ts';

describe('opening the database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  const settings = () => ({ url: database.url, connections: 2 });

  it('lets several stores that start at once bring it into form, each step once', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openDatabase(settings())));
    const migrations: unknown[] = await stores[0]!.query('SELECT * FROM store.migrations');
    expect(migrations).toHaveLength(stores[0]!.migrations.length);
    await Promise.all(stores.map((store) => store.destroy()));
  });

  it('finds what the entities describe', async () => {
    const dataSource = await openDatabase(settings());
    try {
      oneQueryAtATime(dataSource);
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
      for (const { tablePath } of dataSource.entityMetadatas) {
        await dataSource.query(`SELECT FROM ${tablePath} LIMIT 0`);
      }
    } finally {
      await dataSource.destroy();
    }
  });

  it('gives up the locks of a store that froze in the middle of a transaction', async () => {
    const dataSource = await openDatabase(settings());
    const [row] = await dataSource.query('SHOW idle_in_transaction_session_timeout');
    expect(row).toEqual({ idle_in_transaction_session_timeout: '1min' });
    await dataSource.destroy();
  });

  it('needs no right to create a schema that is there', async () => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    const role = `store_${Date.now().toString(36)}`;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'a-password'`);
    await owner.query(`GRANT USAGE, CREATE ON SCHEMA store TO ${role}`);
    await owner.query(`GRANT ALL ON ALL TABLES IN SCHEMA store TO ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'a-password';
    const dataSource = await openDatabase({ ...settings(), url: url.href });
    await dataSource.destroy();
    await owner.query(`DROP OWNED BY ${role}`);
    await owner.query(`DROP ROLE ${role}`);
    await owner.end();
  });

  it('leaves the waiting for a server that does not answer to the start of the service', async () => {
    const url = `postgres://nobody@127.0.0.1:${await freePort()}/nowhere`;
    await expect(openDatabase({ url, connections: 1 })).rejects.toMatchObject({
      code: 'database-unavailable',
      dependency: true,
    });
  });

  it('outlives a server that takes the connection back with its first answer', async () => {
    await using farewell = await startFarewell();
    await expect(openDatabase({ url: farewell.url, connections: 1 })).rejects.toMatchObject({
      code: 'database-unavailable',
    });
  });

  it('says that waiting changes nothing where the database name is wrong', async () => {
    const url = new URL(database.url);
    url.pathname = '/there_is_no_such_database';
    await expect(openDatabase({ ...settings(), url: url.href })).rejects.toMatchObject({
      code: 'database-refused',
      retriable: false,
    });
  });
});
