import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endWithTests, eventually, freePort, isRunning, nodeArgumentsFor, startProcess } from '@khabar/testing';
import type { ProcessOptions, StartedProcess } from '@khabar/testing';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';

const IS_ROOT = process.getuid?.() === 0;
/** `nobody`, on every system of ours where root runs tests. */
const ORDINARY_USER = IS_ROOT ? { uid: 65_534, gid: 65_534 } : {};
const FORGETFUL = { fsync: 'off', full_page_writes: 'off' };

let folder: string;
const releases: (() => void)[] = [];

beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => {
  for (const release of releases) release();
});

/** A temporary folder which, other than mkdtemp leaves it, every user may enter. */
async function newFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'khabar-data-'));
  await chmod(made, 0o755);
  return made;
}

async function start(dataDir: string, options: { port?: number } = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, settings: FORGETFUL, log: () => undefined, ...options });
  if (!postgres.adopted) releases.push(endWithTests(postgres.pid, dataDir));
  return postgres;
}

/** Starts Postgres from another process, which then stays; resolves with the line it prints. */
async function startElsewhere(dataDir: string, user: Pick<ProcessOptions, 'uid' | 'gid'> = {}) {
  const file = join(import.meta.dirname, '../fixtures/a-process-that-starts-postgres/main.ts');
  const supervisor = await startProcess(process.execPath, [...nodeArgumentsFor(file), dataDir], { ...user, cwd: '/' });
  return { supervisor, told: () => supervisor.waitForLine(/^{.*}$/).then(([line]) => JSON.parse(line) as Told) };
}

interface Told {
  url: string;
  pid: number;
  adopted: boolean;
  code: string;
  message: string;
}

async function ask(url: string, ...statements: string[]): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown;
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function failure(dataDir: string, options: { port?: number } = {}): Promise<{ code: string; message: string }> {
  const outcome = await start(dataDir, options).catch((error: { code: string; message: string }) => error);
  if ('pid' in outcome) throw new Error('Postgres was not to start');
  expect(outcome).toHaveProperty('name', 'KhabarError');
  expect(outcome.message).not.toContain('\n');
  return outcome;
}

describe('the embedded Postgres', () => {
  let home: string;
  let dataDir: string;
  beforeAll(async () => {
    home = await newFolder();
    dataDir = join(home, 'ताज़ा ख़बर', 'data');
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('starts in a path with spaces and letters beyond ASCII, with the database and a password of its own', async () => {
    await using postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    expect(await ask(postgres.url, 'select current_database() as name, current_user as user')).toEqual([
      { name: 'khabar', user: 'khabar' },
    ]);
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    const url = new URL(postgres.url);
    expect(url.password).toBe((await readFile(join(dataDir, 'password'), 'utf8')).trim());
    url.password = 'guess';
    await expect(ask(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('orders text the same on every system and holds every script', async () => {
    await using postgres = await start(dataDir);
    const rows = await ask(
      postgres.url,
      `select datcollate, datlocprovider, pg_encoding_to_char(encoding) as encoding
      from pg_database where datname = 'khabar'`,
    );
    expect(rows).toMatchObject([{ datlocprovider: 'b', encoding: 'UTF8' }]);
  });

  it('keeps what was written over a stop and a start', async () => {
    const first = await start(dataDir);
    await ask(first.url, 'create table kept as select 1 as id');
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);
    await first.exited;
    await using second = await start(dataDir);
    expect(await ask(second.url, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('stops although a transaction is open', async () => {
    const postgres = await start(dataDir);
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await postgres.stop();
    expect(isRunning(postgres.pid)).toBe(false);
    await client.end();
  });

  it('takes over the Postgres that a killed supervisor left running', async () => {
    const { supervisor, told } = await startElsewhere(dataDir);
    const { pid, url } = await told();
    releases.push(endWithTests(pid, dataDir));
    await supervisor.kill();
    await using postgres = await start(dataDir);
    expect(postgres).toMatchObject({ pid, url, adopted: true });
    await postgres.stop();
    await postgres.exited;
    expect(isRunning(pid)).toBe(false);
  });

  it('recovers after a SIGKILL, at the port where its clients look for it', async () => {
    const killed = await start(dataDir);
    await ask(killed.url, 'create table survives as select 1 as id');
    process.kill(killed.pid, 'SIGKILL');
    await killed.exited;
    await using postgres = await start(dataDir);
    expect(postgres).toMatchObject({ port: killed.port, adopted: false });
    expect(await ask(postgres.url, 'select id from survives')).toEqual([{ id: 1 }]);
  });

  it('is not kept from starting by a process that has been given the number of the last one', async () => {
    const killed = await start(dataDir);
    process.kill(killed.pid, 'SIGKILL');
    await killed.exited;
    // Postgres takes a number for stale when its owner is another user
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    await using other = await startProcess('sleep', ['1000'], IS_ROOT ? { uid, gid } : {});
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(other.pid)));
    await using postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    expect(isRunning(other.pid)).toBe(true);
  });

  it('listens at the port it is told to, and says so when that is taken', async () => {
    const port = await freePort();
    await using postgres = await start(dataDir, { port });
    expect(new URL(postgres.url).port).toBe(String(port));
    await postgres.stop();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await failure(dataDir, { port })).toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(`Port ${port}`),
    });
    server.close();
  });

  it('says that the password is missing or wrong', async () => {
    const file = join(dataDir, 'password');
    const password = await readFile(file, 'utf8');
    await rm(file);
    expect(await failure(dataDir)).toMatchObject({ code: 'postgres-password' });
    await writeFile(file, 'wrong');
    expect(await failure(dataDir)).toMatchObject({ code: 'postgres-password' });
    await writeFile(file, password);
    const postgres = await start(dataDir);
    await postgres.stop();
  });
});

describe('the first start', () => {
  it('is not led astray by one that was killed in the middle', async () => {
    const { supervisor } = await startElsewhere(folder);
    await eventually(async () => {
      const aside = (await readdir(folder)).find(
        (name) => /^\.initdb-\d+-\w+$/.test(name) && !name.endsWith('password'),
      );
      return aside !== undefined && existsSync(join(folder, aside, 'cluster', 'PG_VERSION'));
    });
    await supervisor.kill();
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
    await using postgres = await start(folder);
    await ask(postgres.url, 'select 1');
    expect((await readdir(folder)).sort()).toEqual(['password', 'postgres', 'postgres.log']);
  });

  it('ends well when two are made at the same moment', async () => {
    const supervisors = await Promise.all([startElsewhere(folder), startElsewhere(folder)]);
    const told = await Promise.all(supervisors.map((each) => each.told()));
    releases.push(endWithTests(told[0]!.pid, folder));
    expect(told[0]!.url).toBe(told[1]!.url);
    expect(told.map(({ adopted }) => adopted).sort()).toEqual([false, true]);
    await Promise.all(supervisors.map(({ supervisor }) => supervisor.kill()));
    const postgres = await start(folder);
    await postgres.stop();
  });

  it('works for an ordinary user, to whom everything then belongs', async ({ skip }) => {
    if (IS_ROOT) await chown(folder, 65_534, 65_534);
    const { supervisor, told } = await startOrSkip(skip, folder);
    const { pid, adopted } = await told;
    releases.push(endWithTests(pid, folder));
    await supervisor.kill();
    expect(adopted).toBe(false);
    const owners = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).uid));
    expect(new Set(owners)).toEqual(new Set([IS_ROOT ? 65_534 : process.getuid!()]));
    // root takes over what an ordinary user began, as that user
    const postgres = await start(folder);
    expect(postgres).toMatchObject({ pid, adopted: true });
    await postgres.stop();
  });

  it('works for root below a folder that is closed to others', async ({ skip }) => {
    if (!IS_ROOT) skip('only root needs it');
    await chmod(folder, 0o700);
    const dataDir = join(folder, 'data');
    const postgres = await start(dataDir).catch((error: { code?: string }) => {
      if (error.code !== 'postgres-account') throw error;
      return skip('user namespaces are not allowed here');
    });
    await ask(postgres.url, 'select 1');
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(0);
    await postgres.stop();
    expect(isRunning(postgres.pid)).toBe(false);
    const again = await start(dataDir);
    await again.stop();
  });
});

describe('a data folder of no use', () => {
  it('is a file', async () => {
    const file = join(folder, 'data');
    await writeFile(file, '');
    expect(await failure(file)).toMatchObject({ code: 'data-folder-unusable' });
    expect(await failure(join(file, 'below'))).toMatchObject({ code: 'data-folder-unusable' });
  });

  it('cannot be written', async ({ skip }) => {
    const dataDir = join(folder, 'data', 'below');
    await mkdir(join(folder, 'data'), { mode: 0o555 });
    const { told } = await startOrSkip(skip, dataDir);
    expect(await told).toMatchObject({ code: 'data-folder-unusable', message: expect.stringContaining(dataDir) });
  });

  it('holds the database of another release', async () => {
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '17\n');
    expect(await failure(folder)).toMatchObject({
      code: 'postgres-version',
      message: expect.stringContaining('Postgres 17'),
    });
  });

  it('holds something else where the database should be', async () => {
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'notes.txt'), '');
    expect(await failure(folder)).toMatchObject({ code: 'postgres-version' });
    expect(await readdir(join(folder, 'postgres'))).toEqual(['notes.txt']);
  });

  it('holds a database of somebody else', async ({ skip }) => {
    if (!IS_ROOT) skip('only root can give a folder away');
    const postgres = await start(folder);
    await postgres.stop();
    await chown(folder, 65_534, 65_534);
    const { told } = await startOrSkip(skip, folder);
    expect(await told).toMatchObject({ code: 'postgres-account' });
  });
});

/** As an ordinary user, who may not be able to reach the programs where root's checkout lies in a private folder. */
async function startOrSkip(skip: (note: string) => never, dataDir: string) {
  const none: StartedProcess | undefined = await startProcess(process.execPath, ['--version'], {
    ...ORDINARY_USER,
    cwd: '/',
  }).catch(() => undefined);
  if ((await none?.ended)?.code !== 0) skip('an ordinary user cannot reach this checkout');
  const { supervisor, told } = await startElsewhere(dataDir, ORDINARY_USER);
  return { supervisor, told: told() };
}
