import { createTestDatabase, freePort, type TestDatabase } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo } from './connect.ts';

const NAMES = { applicationName: 'khabar test', addressee: 'DATABASE_URL' };

describe('connecting to the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  const refused = (words: RegExp) => ({
    code: 'database-refused',
    dependency: false,
    retriable: false,
    message: expect.stringMatching(words) as unknown,
  });

  it('tells the server who comes', async () => {
    const client = await connectTo(database.url, NAMES);
    const { rows } = await client.query('SHOW application_name');
    expect(rows).toEqual([{ application_name: 'khabar test' }]);
    await client.end();
  });

  it('is not tried again where there is no such database, or no such user', async () => {
    const elsewhere = changed((url) => (url.pathname = '/no_such_database'));
    await expect(connectTo(elsewhere, NAMES)).rejects.toMatchObject(
      refused(/^Postgres refuses DATABASE_URL: .*no_such_database/),
    );
    const nobody = changed((url) => (url.username = 'no_such_user'));
    await expect(connectTo(nobody, { ...NAMES, addressee: 'its owner' })).rejects.toMatchObject(
      refused(/^Postgres refuses its owner: .*no_such_user/),
    );
  });

  it('is not tried again where the database lets nobody in', async () => {
    await using closed = await createTestDatabase();
    const name = new URL(closed.url).pathname.slice(1);
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await owner.end();
    await expect(connectTo(closed.url, NAMES)).rejects.toMatchObject(refused(/not currently accepting/));
  });

  it('is waited for where the server has no room', async () => {
    await using full = await createTestDatabase();
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    const role = `test_${new URL(full.url).pathname.slice(-12)}`;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'a-password' CONNECTION LIMIT 0`);
    const url = new URL(full.url);
    url.username = role;
    url.password = 'a-password';
    await expect(connectTo(url.href, NAMES)).rejects.toMatchObject({ code: 'database-unavailable', dependency: true });
    await owner.query(`DROP ROLE ${role}`);
    await owner.end();
  });

  it('is waited for where nobody listens', async () => {
    await expect(connectTo(`postgres://nobody@127.0.0.1:${await freePort()}/nowhere`, NAMES)).rejects.toMatchObject({
      code: 'database-unavailable',
      dependency: true,
      message: expect.stringMatching(/^Postgres \(DATABASE_URL\) is away: ./) as unknown,
    });
  });
});
