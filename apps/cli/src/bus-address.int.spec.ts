import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBus, findEmbeddedPostgres } from './bus-address.ts';
import { recordShell } from './recorded-shell.ts';

describe('the embedded Postgres of a data folder', () => {
  let cwd: string;
  let folder: string;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'khabar-bus-'));
    folder = join(cwd, 'data');
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  /** As Postgres leaves it; the process is this one, which runs. */
  async function claim(pid: number): Promise<void> {
    await writeFile(join(folder, 'postgres/postmaster.pid'), `${pid}\n${folder}\n1700000000\n25432\n\n127.0.0.1\n`);
  }

  it('is absent before the first start', async () => {
    expect(await findEmbeddedPostgres(folder)).toEqual({ state: 'absent' });
    await expect(findBus(recordShell({ cwd }))).rejects.toMatchObject({ code: 'no-bus' });
  });

  it('is stopped where no process claims it, or one that is gone', async () => {
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await writeFile(join(folder, 'postgres/PG_VERSION'), '18\n');
    expect(await findEmbeddedPostgres(folder)).toEqual({ state: 'stopped' });
    await claim(2 ** 22 + 1); // above every pid that Linux gives
    expect(await findEmbeddedPostgres(folder)).toEqual({ state: 'stopped' });
  });

  it('cannot be used without its password', async () => {
    await claim(process.pid);
    expect(await findEmbeddedPostgres(folder)).toMatchObject({ state: 'unreadable' });
  });

  it('is found with its port and password, and is the bus where nothing else is told', async () => {
    await writeFile(join(folder, 'password'), 'p/ss word\n');
    const url = 'postgres://khabar:p%2Fss%20word@127.0.0.1:25432/khabar';
    expect(await findEmbeddedPostgres(folder)).toEqual({ state: 'running', url });
    expect(await findBus(recordShell({ cwd }))).toEqual({
      kafkaBrokers: null,
      databaseUrl: url,
      foundBy: 'data folder',
    });
    const elsewhere = recordShell({ cwd: '/', env: { KHABAR_DATA: folder } });
    expect(await findBus(elsewhere)).toMatchObject({ databaseUrl: url });
  });

  it('gives way to DATABASE_URL, and both to KAFKA_BROKERS', async () => {
    const env = { DATABASE_URL: 'postgres://db/khabar' };
    expect(await findBus(recordShell({ cwd, env }))).toMatchObject({ kafkaBrokers: null, foundBy: 'DATABASE_URL' });
    const both = { ...env, KAFKA_BROKERS: 'one:9092, two:9092' };
    expect(await findBus(recordShell({ cwd, env: both }))).toMatchObject({
      kafkaBrokers: ['one:9092', 'two:9092'],
      foundBy: 'KAFKA_BROKERS',
    });
  });
});
