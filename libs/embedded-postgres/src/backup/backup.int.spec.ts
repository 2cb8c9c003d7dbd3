import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithTests, eventually } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { type BackupListener, createBackup } from './create-backup.ts';
import type { BackupManifest } from './manifest.ts';
import { restoreBackup, verifyBackup } from './restore-backup.ts';

const UNHEARD: BackupListener = { total: () => undefined, done: () => undefined };
const ENDLESS = new AbortController().signal;
/** So little log is kept by itself that, but for the slot, the start of a backup were gone before its end. */
const SETTINGS = { fsync: 'off', min_wal_size: '32MB', max_wal_size: '32MB' };
const BACKUP_WAITS = `
select exists (select from pg_stat_activity where application_name = 'khabar backup' and wait_event_type = 'Lock') as waits`;
const BULK_ROWS = 1_000;

let folder: string;
let dataDir: string;
let file: string;
let postgres: EmbeddedPostgres;
const releases: (() => void)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'khabar-backup-'));
  await chmod(folder, 0o755); // started by root, Postgres runs as another user, who must get in
  dataDir = join(folder, 'data');
  file = join(folder, 'whole.khb');
  postgres = await start(dataDir);
  await ask(
    postgres.url,
    'create table kept (n integer primary key, at timestamptz not null default now())',
    'create table counter (n integer not null)',
    'insert into counter values (0)',
    'create table bulk (id integer primary key, stamp integer not null, filler text not null)',
    'alter table bulk alter filler set storage external',
    // what cannot be compressed, so that copying it takes its time
    `insert into bulk select i, 0, (select string_agg(md5(random()::text || i || j), '') from generate_series(1, 250) j)
     from generate_series(1, ${BULK_ROWS}) i`,
    'create schema store',
    'create table store.migrations ("timestamp" bigint not null)',
    'insert into store.migrations values (1), (2)',
  );
});
afterAll(async () => {
  await postgres.stop();
  for (const release of releases) release();
  await rm(folder, { recursive: true, force: true });
});

async function start(dir: string): Promise<EmbeddedPostgres> {
  const started = await startEmbeddedPostgres({ dataDir: dir, settings: SETTINGS, log: () => undefined });
  releases.push(endWithTests(started.pid, dir));
  return started;
}

async function ask(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** Does something over and over, beside the test. */
class Loop implements AsyncDisposable {
  #ended = false;
  readonly #running: Promise<void>;

  constructor(url: string, round: (client: Client) => Promise<unknown>) {
    this.#running = this.#run(url, round);
  }

  async #run(url: string, round: (client: Client) => Promise<unknown>): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      while (!this.#ended) await round(client);
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#running;
  }
}

function backUp(overrides: Partial<Parameters<typeof createBackup>[0]> = {}): Promise<BackupManifest> {
  const { url: databaseUrl } = postgres;
  const options = { dataDir, databaseUrl, file, khabarVersion: '1.2.3', listener: UNHEARD, signal: ENDLESS };
  return createBackup({ ...options, ...overrides });
}

describe('a backup of the embedded Postgres', () => {
  let manifest: BackupManifest;
  /** So many rows were committed when the last file but the log was being copied. */
  let committed = 0;
  let announced = 0;
  let copied = 0;

  it('is made while rows are written, pages changed and the log thrown away', async () => {
    let n = 0;
    await using loops = new AsyncDisposableStack();
    loops.use(
      new Loop(postgres.url, async (client) => {
        await client.query(
          `with kept as (insert into kept (n) values (${n + 1})) update counter set n = ${n + 1} where n = ${n}`,
        );
        n++;
      }),
    );
    loops.use(
      new Loop(postgres.url, (client) =>
        client.query(`update bulk set stamp = stamp + 1 where id between ${n % BULK_ROWS} and ${(n % BULK_ROWS) + 50}`),
      ),
    );
    const holder = new Client({ connectionString: postgres.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table store.migrations'); // which is read when all has been copied but the log
    let atStart = 0;
    const making = backUp({
      listener: {
        total(bytes) {
          announced = bytes;
          atStart = n;
        },
        done(bytes, path) {
          copied += bytes;
          if (path === 'postgres/global/pg_control') committed = n;
        },
      },
    });
    try {
      await eventually(async () => {
        const [{ waits }] = (await ask(postgres.url, BACKUP_WAITS)) as [{ waits: boolean }];
        return waits;
      });
      for (let at = 0; at < 4; at++) await ask(postgres.url, 'select pg_switch_wal()', 'checkpoint');
    } finally {
      await holder.end();
      manifest = await making;
    }
    expect(committed).toBeGreaterThan(atStart);
  });

  it('tells what it is', async () => {
    expect(await verifyBackup(file, UNHEARD, ENDLESS)).toEqual(manifest);
    const [{ identifier }] = (await ask(
      postgres.url,
      'select system_identifier::text as identifier from pg_control_system()',
    )) as [{ identifier: string }];
    expect(manifest).toMatchObject({ systemIdentifier: identifier, postgresMajor: 18, khabarVersion: '1.2.3' });
    expect(manifest.schemas).toEqual({ store: 2 });
    expect(copied).toBeGreaterThanOrEqual(announced);
    expect((await readdir(folder)).sort()).toEqual(['data', 'whole.khb']);
  });

  it('leaves nothing behind in the Postgres', async () => {
    expect(await ask(postgres.url, 'select slot_name from pg_replication_slots')).toEqual([]);
  });

  it('is restored elsewhere with every row of before its end, none half, and every page whole', async () => {
    const elsewhere = join(folder, 'elsewhere');
    const restored = await restoreBackup({
      ...{ file, dataDir: elsewhere, replace: false, listener: UNHEARD, signal: ENDLESS },
    });
    expect(restored).toEqual({ manifest, movedTo: null });
    expect((await readdir(elsewhere)).sort()).toEqual(['password', 'postgres']);
    expect((await stat(join(elsewhere, 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(elsewhere, 'postgres'))).mode & 0o777).toBe(0o700);

    const copy = await start(elsewhere);
    try {
      // from where the label says, and not from the checkpoint that was the last when its control file was copied
      expect(await readFile(join(elsewhere, 'postgres.log'), 'utf8')).toContain('completed backup recovery');
      const [found] = await ask(
        copy.url,
        'create extension amcheck',
        `select bt_index_check(index => c.oid, heapallindexed => true) from pg_class c join pg_index i on i.indexrelid = c.oid
         where c.relam = (select oid from pg_am where amname = 'btree')`,
        `select (select count(*)::int from kept) as count, (select max(n) from kept) as last, (select n from counter) as counted,
                (select count(*)::int from bulk where length(filler) = 8000) as bulk`,
      );
      const { last } = found as { last: number };
      expect(found).toEqual({ count: last, last, counted: last, bulk: BULK_ROWS });
      expect(last).toBeGreaterThanOrEqual(committed);
      expect(await ask(copy.url, 'insert into kept (n) values (1000000000) returning n')).toEqual([
        { n: 1_000_000_000 },
      ]);
    } finally {
      await copy.stop();
    }
  });

  it('is not restored over a database that runs', async () => {
    const attempt = restoreBackup({ file, dataDir, replace: true, listener: UNHEARD, signal: ENDLESS });
    await expect(attempt).rejects.toMatchObject({
      code: 'data-in-use',
      message: expect.stringContaining(`process ${postgres.pid}`),
    });
  });

  it('is not restored when one byte of it is another, and nothing is put in place', async () => {
    const damaged = join(folder, 'damaged.khb');
    const bytes = await readFile(file);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(damaged, bytes);
    await expect(verifyBackup(damaged, UNHEARD, ENDLESS)).rejects.toMatchObject({ code: 'backup-damaged' });
    const nowhere = join(folder, 'nowhere');
    const attempt = restoreBackup({
      file: damaged,
      dataDir: nowhere,
      replace: false,
      listener: UNHEARD,
      signal: ENDLESS,
    });
    await expect(attempt).rejects.toMatchObject({ code: 'backup-damaged' });
    expect(await readdir(nowhere)).toEqual([]);
    await rm(damaged);
  });

  it('leaves nothing when it, or a restore, is ended in the middle', async () => {
    const names = await readdir(folder);
    const ending = new AbortController();
    const listener = { total: () => undefined, done: () => ending.abort() };
    const half = join(folder, 'half.khb');
    await expect(backUp({ file: half, listener, signal: ending.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(folder)).toEqual(names);
    expect(await ask(postgres.url, 'select pg_is_in_recovery() as down')).toEqual([{ down: false }]);

    const stopping = new AbortController();
    const nowhere = join(folder, 'nowhere');
    const attempt = restoreBackup({
      ...{ file, dataDir: nowhere, replace: false, signal: stopping.signal },
      listener: { total: () => undefined, done: () => stopping.abort() },
    });
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(nowhere)).toEqual([]);
  });

  it('is not made of another Postgres than that of the folder', async () => {
    const other = join(folder, 'nowhere');
    await expect(backUp({ dataDir: other, file: join(folder, 'other.khb') })).rejects.toMatchObject({
      code: 'backup-unsupported',
    });
  });
});
