import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import { Client } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './open-database.ts';
import { readInOneState } from './read-in-one-state.ts';

const ONE_STATE = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';
const count = async (manager: EntityManager) => {
  const [row] = await manager.query<{ count: string }[]>('SELECT count(*) FROM told');
  return Number(row!.count);
};

describe('reading in one state of the database', () => {
  let database: TestDatabase;
  let store: DataSource;
  let other: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 1 }); // so that whoever comes next has the same
    other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query('CREATE TABLE public.told (n integer)');
  });

  afterAll(async () => {
    await other.end();
    await store.destroy();
    await database.drop();
  });

  it('shows nothing of what others write meanwhile', async () => {
    const counts = await readInOneState(store, ONE_STATE, async (manager) => {
      const before = await count(manager);
      await other.query('INSERT INTO told VALUES (1)');
      return [before, await count(manager)];
    });
    expect(counts).toEqual([0, 0]);
    expect(await count(store.manager)).toBe(1);
  });

  it('leaves nothing of itself to the next who has the connection, who may write', async () => {
    const reading = readInOneState(store, ONE_STATE, count);
    const writing = store.transaction((manager) => manager.query('INSERT INTO told VALUES (2)'));
    await Promise.all([reading, writing]);
    expect((await other.query('SELECT FROM told WHERE n = 2')).rowCount).toBe(1);
  });

  it.each([
    ['what it reads', ONE_STATE, 'SELECT missing'],
    ['its beginning', 'SET missing.missing', 'SELECT 1'],
  ])('throws what fails, be it %s, and the connection goes on', async (_, beginning, text) => {
    const reading = readInOneState(store, beginning, (manager) => manager.query(text));
    await expect(reading).rejects.toThrow();
    expect(await count(store.manager)).toBeGreaterThan(0);
  });
});
