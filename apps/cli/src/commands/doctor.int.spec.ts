import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RAW_ARTICLES, TOPICS } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, freePort, startFakeWeb } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../checks.ts';
import { openFoundBus } from '../bus-address.ts';
import { runRecorded } from '../recorded-shell.ts';

describe('khabar doctor', () => {
  let database: TestDatabase;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await createTestDatabase();
    const nobody = `http://127.0.0.1:${await freePort()}`;
    env = {
      DATABASE_URL: database.url,
      KHABAR_FETCHER_URL: nobody,
      KHABAR_PARSER_URL: nobody,
      KHABAR_STORE_URL: nobody,
    };
  });
  afterAll(() => database?.drop());

  async function examine(more: NodeJS.ProcessEnv = {}) {
    const { code, stdout, stderr } = await runRecorded(['doctor', '--json'], { env: { ...env, ...more } });
    expect(stderr).toBe('');
    const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: Check[] };
    expect(healthy).toBe(code === 0);
    return { code, find: (name: string) => checks.find((found) => found.name === name) };
  }

  it('finds nothing wrong with a database in which Khabar never ran, and makes nothing in it', async () => {
    const { code, find } = await examine();
    expect(code).toBe(0);
    expect(find('Postgres')).toMatchObject({
      result: 'ok',
      detail: expect.stringMatching(/^18\.\d+ at 127\.0\.0\.1:/),
    });
    expect(find('clock')).toMatchObject({ result: 'ok' });
    expect(find('bus')).toMatchObject({ result: 'skipped' });
    expect(find('store')).toMatchObject({ result: 'skipped', advice: 'npm start' });

    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(`select nspname from pg_namespace where nspname = 'bus'`);
    await client.end();
    expect(rows).toEqual([]);
  });

  it('compares the topics with the settings, and alters none', async () => {
    {
      await using bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
      await bus.ensureTopics([{ ...RAW_ARTICLES, partitions: 3 }]);
      await bus.ensureTopics(TOPICS);
    }
    const { code, find } = await examine();
    expect(code).toBe(1);
    expect(find('bus')).toMatchObject({ result: 'ok' });
    expect(find('topic news.raw.v1')).toMatchObject({ result: 'failed', detail: 'has 3 partitions, not 12' });
    expect(find('topic news.changes.v1')).toBeUndefined();
  });

  it('takes what the topics should be from the environment, and tells of mistakes in it', async () => {
    const chosen = await examine({ TOPIC_PARTITIONS: '3', RAW_RETENTION: '21d' });
    expect(chosen.find('topic news.raw.v1')).toMatchObject({
      result: 'warning',
      detail: 'keeps records 7 days, not 21 days',
    });
    expect(chosen.find('topic news.changes.v1')).toMatchObject({ detail: 'has 12 partitions, not 3' });
    const wrong = await examine({ RAW_RETENTION: 'long', RAW_MAX_BYTES: '9MiB' });
    expect(wrong.code).toBe(1);
    expect(wrong.find('RAW_RETENTION')).toMatchObject({ result: 'failed', detail: expect.stringMatching(/^must be /) });
    expect(wrong.find('RAW_DEAD_LETTER_MAX_BYTES')).toMatchObject({ result: 'failed' });
  });

  it('fails, and says what to do, when the database does not answer', async () => {
    const port = await freePort();
    const { code, find } = await examine({ DATABASE_URL: `postgres://khabar:secret@127.0.0.1:${port}/khabar` });
    expect(code).toBe(1);
    expect(find('Postgres')).toEqual({
      name: 'Postgres',
      result: 'failed',
      detail: `127.0.0.1:${port}/khabar (as khabar) does not answer (ECONNREFUSED)`,
      advice: 'start it, or correct DATABASE_URL',
    });
  });

  it('fails when no broker answers', async () => {
    const { code, find } = await examine({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect(code).toBe(1);
    expect(find('Kafka')).toMatchObject({ result: 'failed', advice: 'start it, or correct KAFKA_BROKERS' });
  });

  it('knows a port that another program holds', async () => {
    await using web = await startFakeWeb();
    web.route('/health/ready', { body: '<p>hello</p>' });
    const { code, find } = await examine({ KHABAR_STORE_URL: web.origin });
    expect(code).toBe(1);
    expect(find('store')).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('used by another program'),
    });
  });

  it('prints a mark, a name and a finding a line, never a password', async () => {
    const { stdout } = await runRecorded(['doctor'], { env });
    expect(stdout).toMatch(/^✓ Node +\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^– store +not running at http:\/\/127\.0\.0\.1:\d+: npm start$/m);
    expect(stdout).not.toContain(new URL(database.url).password);
  });

  it('takes an embedded Postgres that was killed for one that does not run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'khabar-doctor-'));
    try {
      await mkdir(join(folder, 'postgres'));
      await writeFile(join(folder, 'postgres/postmaster.pid'), `${2 ** 22 + 1}\n${folder}\n0\n5432\n`);
      const embedded = { ...env, DATABASE_URL: '', KHABAR_DATA: folder };
      const { stdout, code } = await runRecorded(['doctor'], { env: embedded });
      expect(stdout).toMatch(/^– Postgres +the one in .* is not running: npm start$/m);
      expect(stdout).toMatch(/^✓ data folder /m);
      expect(code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
