import { type TestDatabase, createTestDatabase, freePort, oneQueryAtATime, startFarewell } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';

describe('the schema of the fetcher', () => {
  let test: TestDatabase;
  const open = () => openDatabase(test.url);
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test?.drop());

  it('is migrated once by replicas that start together', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => open()));
    const [{ count }] = await opened[0]!.query('SELECT count(*)::integer AS count FROM fetcher.migration');
    expect(count).toBe(1);
    await Promise.all(opened.map((database) => database.destroy()));
  });

  it('is what the entities say', async () => {
    const database = await open();
    oneQueryAtATime(database);
    const { upQueries } = await database.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await database.destroy();
  });

  it('can be taken back', async () => {
    const database = await open();
    await database.undoLastMigration();
    const tables = await database.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'fetcher'`,
    );
    expect(tables).toEqual([{ table_name: 'migration' }]);
    await database.destroy();
    await (await open()).destroy();
  });

  it('outlives a server that takes the connection back with its first answer', async () => {
    await using farewell = await startFarewell();
    await expect(openDatabase(farewell.url)).rejects.toMatchObject({ code: 'database-unavailable' });
  });

  it('is not waited for where the database refuses us', async () => {
    const wrong = new URL(test.url);
    wrong.pathname = '/no_such_database';
    await expect(openDatabase(wrong.href)).rejects.toMatchObject({
      code: 'database-refused',
      dependency: false,
      message: expect.stringMatching(/^Postgres refuses DATABASE_URL: .*no_such_database/),
    });
  });

  it('that cannot be reached is a dependency for the start of the service to wait for', async () => {
    const url = `postgres://user@127.0.0.1:${await freePort()}/x`;
    await expect(openDatabase(url)).rejects.toMatchObject({ code: 'database-unavailable', dependency: true });
  });
});
