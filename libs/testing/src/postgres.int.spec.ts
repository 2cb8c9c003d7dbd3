import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from './postgres.ts';

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // dropping the database ends the connection
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('a test database', () => {
  it('is a real Postgres of its own', async () => {
    await using one = await createTestDatabase();
    await using other = await createTestDatabase();
    await withClient(one.url, (client) => client.query('create table article (id int)'));
    const { rows } = await withClient(other.url, (client) => client.query("select to_regclass('article') as found"));
    expect(rows).toEqual([{ found: null }]);
  });

  it('is gone after its test although somebody is still connected', async () => {
    const database = await createTestDatabase();
    await withClient(database.url, () => database.drop());
    await expect(withClient(database.url, async () => 'connected')).rejects.toMatchObject({ code: '3D000' });
  });
});
