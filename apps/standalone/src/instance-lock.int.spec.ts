import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, freePort, type TestDatabase } from '@khabar/testing';
import { acquireInstanceLock } from './instance-lock.ts';

describe('the lock of the supervisor', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('keeps a second supervisor off the same data, and names the first', async () => {
    await using lock = await acquireInstanceLock(database.url);
    await expect(acquireInstanceLock(database.url)).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`(process ${process.pid})`),
    });
    await lock.release();
    await using next = await acquireInstanceLock(database.url);
    expect(next).toBeDefined();
  });

  it('says when it is no longer held, and another may have it', async () => {
    const lock = await acquireInstanceLock(database.url);
    const admin = new Client({ connectionString: database.url });
    await admin.connect();
    await admin.query("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
    await admin.end();
    await lock.ended;
    await using next = await acquireInstanceLock(database.url);
    expect(next).toBeDefined();
  });

  it('is taken from a supervisor that is just ending', async () => {
    const lock = await acquireInstanceLock(database.url);
    const next = acquireInstanceLock(database.url);
    await lock.release();
    await using taken = await next;
    expect(taken).toBeDefined();
  });

  it('says which database cannot be used, without its password', async () => {
    const port = await freePort();
    const attempt = acquireInstanceLock(`postgres://khabar:secret@127.0.0.1:${port}/khabar`);
    await expect(attempt).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringMatching(new RegExp(`^The database at 127.0.0.1:${port} (?!.*secret)`)),
    });
  });
});
