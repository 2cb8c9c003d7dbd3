import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Article, TOPICS, articleEvent, articleExample, articleHashes } from '@khabar/contracts';
import {
  type StartedProcess,
  type TcpProxy,
  type TestDatabase,
  createTestDatabase,
  eventually,
  freePort,
  startProcess,
  startTcpProxy,
} from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import { recordShell, runRecorded } from '../recorded-shell.ts';
import { runCli } from '../program.ts';

const STORE = join(import.meta.dirname, '../../../../dist/store/main.js');
/** So many articles with such a page are three checkpoints and more. */
const COUNT = 40;
const HTML = '<p>The first drops fell on the harbour shortly before noon.</p>'.repeat(11_000);

function article(number: number): Article {
  const id = `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
  const publishedAt = new Date(Date.UTC(2026, 2, 1, 0, number)).toISOString();
  const told = { ...articleExample, id, rawId: id, publishedAt, title: `ख़बर ${number}`, html: HTML };
  return { ...told, ...articleHashes(told) };
}

describe('khabar export', () => {
  let database: TestDatabase;
  let store: StartedProcess;
  let proxy: TcpProxy;
  let env: NodeJS.ProcessEnv;
  let cwd: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const port = await freePort();
    await using bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
    await bus.ensureTopics(TOPICS);
    const events = Array.from({ length: COUNT }, (_, number) => articleEvent(article(number), `raw-event-${number}`));
    await bus.publish(events);
    store = await startProcess(process.execPath, [STORE], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url, HTTP_PORT: String(port), LOG_FORMAT: 'json' },
    });
    await store.waitForLine(/ready on/);
    env = { KHABAR_STORE_URL: `http://127.0.0.1:${port}/` };
    proxy = await startTcpProxy(port);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const rows = async (table: string) => (await client.query(`SELECT FROM store.${table}`)).rowCount;
    await eventually(async () => (await rows('articles')) === COUNT, { timeoutMs: 60_000 });
    for (const queue of ['unindexed', 'unclustered']) {
      await eventually(async () => (await rows(queue)) === 0, { timeoutMs: 60_000 });
    }
    await client.end();
  });

  afterAll(async () => {
    await proxy?.close();
    await store?.kill();
    await database?.drop();
  });

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'khabar-export-'));
  });

  afterEach(async () => {
    await rm(cwd, { recursive: true });
  });

  const khabar = (...args: string[]) => runRecorded(['export', ...args], { env, cwd });
  const checkpoints = async (file: string) =>
    (await readFile(join(cwd, `${file}.part.log`), 'utf8').catch(() => '')).split('\n').length - 2;

  it('writes what a list has to standard output, an article in a line', async () => {
    const { code, stdout, stderr } = await khabar('ख़बर', '--to', '2026-03-01T00:03:00Z');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Article).title)).toEqual(['ख़बर 2', 'ख़बर 1', 'ख़बर 0']);
    expect(await khabar('--language', 'ta')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(['articles.ndjson', 'articles.parquet'])(
    'goes on where it broke off, also in the middle of a line: %s',
    async (file) => {
      expect(await khabar('--out', `whole-${file}`)).toMatchObject({ code: 0 });
      const broken = recordShell({ env: { KHABAR_STORE_URL: `http://${proxy.address}` }, cwd });
      proxy.delay(5);
      const running = runCli(['export', '--out', file], broken);
      await eventually(async () => (await checkpoints(file)) > 0, { timeoutMs: 60_000 });
      expect(proxy.cut()).toBe(1);
      expect(await running).toBe(1);
      expect(broken.written.stderr).toMatch(/^error: The store's answer broke off \(.+\); the same command goes on/);
      // as a kill may leave it
      await appendFile(join(cwd, `${file}.part`), '{"id":"half an arti');
      await appendFile(join(cwd, `${file}.part.log`), '{"cursor":"half a chec');

      const { code, stderr } = await khabar('--out', file);
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/^going on behind [1-9]\d? articles in .*\n40 articles in .*\n$/);
      const [whole, resumed] = await Promise.all([`whole-${file}`, file].map((name) => readFile(join(cwd, name))));
      expect(resumed!.equals(whole!)).toBe(true);
      expect((await readdir(cwd)).sort()).toEqual([file, `whole-${file}`]);
    },
  );

  it('keeps what it has when it is interrupted', async () => {
    const shell = recordShell({ env: { KHABAR_STORE_URL: `http://${proxy.address}` }, cwd });
    proxy.delay(5);
    const running = runCli(['export', '--out', 'articles.ndjson'], shell);
    await eventually(async () => (await checkpoints('articles.ndjson')) > 0, { timeoutMs: 60_000 });
    shell.stop('interrupted');
    expect(await running).toBe(130);
    expect(await khabar('--out', 'articles.ndjson', '--language', 'hi')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: .*articles\.ndjson\.part is of another export, \{"format":"ndjson"\}: /),
    });
    expect(await khabar('--out', 'articles.ndjson')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^going on behind/),
    });
  });

  it('overwrites no file, and leaves none behind when the store refuses', async () => {
    await writeFile(join(cwd, 'kept.ndjson'), 'kept');
    expect(await khabar('--out', 'kept.ndjson')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: .*kept\.ndjson is there already/),
    });
    expect(await readFile(join(cwd, 'kept.ndjson'), 'utf8')).toBe('kept');
    expect(await khabar('--out', 'a.ndjson', '--source', 'nonsense')).toMatchObject({
      code: 1,
      stderr: "error: Some parameters are wrong: source must be a source's id (a UUID)\n",
    });
    expect(await readdir(cwd)).toEqual(['kept.ndjson']);
    expect(await khabar('--out', 'none/a.ndjson')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: Cannot write .*: there is no such file\n$/),
    });
  });
});
