import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceId } from '@khabar/contracts';
import {
  type FakeWeb,
  type StartedProcess,
  type TestDatabase,
  createTestDatabase,
  eventually,
  freePort,
  startFakeWeb,
  startProcess,
} from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordShell, runRecorded } from '../recorded-shell.ts';
import { runCli } from '../program.ts';
import type { SourceView } from '../source-text.ts';

const API_KEY = 'a-key-for-this-test-only';
const FETCHER = join(import.meta.dirname, '../../../../dist/fetcher/main.js');

describe('khabar sources, with a fetcher', () => {
  let cwd: string;
  let database: TestDatabase;
  let web: FakeWeb;
  let fetcher: StartedProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    cwd = await realpath(await mkdtemp(join(tmpdir(), 'khabar-sources-')));
    await mkdir(join(cwd, 'news/कल'), { recursive: true });
    await writeFile(join(cwd, 'news/कल/ferry.txt'), 'The ferry runs again\n\nIt left the harbour at dawn.\n');
    [database, web] = await Promise.all([createTestDatabase(), startFakeWeb()]);
    const port = await freePort();
    fetcher = await startProcess(process.execPath, [FETCHER], {
      cwd,
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: database.url,
        HTTP_PORT: String(port),
        FETCH_ALLOW_PRIVATE: '127.0.0.0/8',
        LOG_FORMAT: 'json',
        API_KEY,
      },
    });
    await fetcher.waitForLine(/ready on/);
    env = { KHABAR_FETCHER_URL: `http://127.0.0.1:${port}`, API_KEY };
  });
  afterAll(async () => {
    await fetcher?.kill();
    await web?.close();
    await database?.drop();
    await rm(cwd, { recursive: true, force: true });
  });

  const khabar = (...args: string[]) => runRecorded(['sources', ...args], { env, cwd });

  async function listed(...args: string[]): Promise<SourceView[]> {
    return JSON.parse((await khabar('list', '--json', ...args)).stdout) as SourceView[];
  }

  function feedAt(path: string): string {
    web.route(path, {
      headers: { 'content-type': 'application/rss+xml' },
      body: '<rss version="2.0"><channel><title>Harbour News</title></channel></rss>',
    });
    return web.url(path);
  }

  it('adds a feed, says its id and when it is polled, and adds it once', async () => {
    const url = feedAt('/added.xml');
    const added = await khabar('add', url, '--title', 'Harbour', '--interval', '6h', '--language', 'en');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toMatch(/^added\n/);
    expect(added.stdout).toContain(`\nid        ${sourceId('feed', url)}\nfeed      ${url}\ntitle     Harbour\n`);
    expect(added.stdout).toMatch(/\npolled {4}.*, then every 6 h\n$/);

    const again = await khabar('add', url);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^already there, left as it is\n/) });
    expect((await listed()).filter((source) => source.url === url)).toMatchObject([{ intervalSeconds: 21_600 }]);
  });

  it('adds a folder by where the person stands, under its name in the workspace', async () => {
    const inFolder = await runRecorded(['sources', 'add', 'कल', '--json'], { env, cwd: join(cwd, 'news') });
    expect(JSON.parse(inFolder.stdout)).toMatchObject({
      kind: 'folder',
      path: 'news/कल',
      id: sourceId('folder', 'news/कल'),
    });
    expect((await khabar('add', 'news/कल')).stdout).toMatch(/^already there/);
    expect(await khabar('remove', './news/कल/')).toMatchObject({ code: 0, stdout: expect.stringContaining('news/कल') });
  });

  it('says in one line why a source cannot be added', async () => {
    expect(await khabar('add', 'missing')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: .*missing\n$/),
    });
    expect(await khabar('add', tmpdir())).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: .* outside the workspace .*\n$/),
    });
    expect(await khabar('add', 'https://user:secret@news.example.org/feed')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: An address with a user name .*\n$/),
    });
    expect(await khabar('add', 'https://news.example.org/', '--interval', 'often')).toMatchObject({ code: 2 });
  });

  it('polls a source when asked', async () => {
    const url = feedAt('/polled.xml');
    await khabar('add', url, '--interval', '1d');
    await web.whenRequested('/polled.xml', 1);
    await eventually(async () => (await listed()).find((source) => source.url === url)?.polledAt);
    expect(await khabar('poll', url)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(sourceId('feed', url)),
    });
    await web.whenRequested('/polled.xml', 2);
  });

  it('removes a source by id or URL, and knows when there is none', async () => {
    const url = feedAt('/removed.xml');
    await khabar('add', url);
    expect(await khabar('remove', sourceId('feed', url))).toMatchObject({ code: 0 });
    expect(await khabar('remove', url)).toMatchObject({
      code: 1,
      stderr: `error: There is no source ${url}: khabar sources list shows those that there are\n`,
    });
  });

  it('lists the sources of a state, with what troubles them', async () => {
    const url = web.url('/not-there.xml');
    await khabar('add', url);
    await eventually(async () => (await listed('--state', 'failing')).some((source) => source.url === url));
    expect((await listed('--state', 'active')).map((source) => source.url)).not.toContain(url);
    const { stdout } = await khabar('list', '--state', 'failing');
    expect(stdout.split('\n')[0]).toMatch(/^id +state +lang +polled +published/);
    expect(stdout).toContain(url);
  });

  it('imports OPML, telling what was added, what was there and what failed', async () => {
    const [known, news] = [feedAt('/known.xml'), feedAt('/news.xml')];
    await khabar('add', known);
    const opml = `<opml version="2.0"><body><outline text="Coast">
      <outline type="rss" text="Known" xmlUrl="${known}"/><outline type="rss" text="News" xmlUrl="${news}" language="hi"/>
      <outline type="rss" text="Mail" xmlUrl="mailto:news@example.org"/></outline></body></opml>`;
    await writeFile(join(cwd, 'feeds.opml'), opml);
    const imported = await khabar('import', 'feeds.opml');
    expect(imported).toMatchObject({ code: 1, stdout: '1 added, 1 already there, 1 failed\n' });
    expect(imported.stderr).toMatch(/^failed mailto:news@example\.org: .*\n$/);
    expect((await listed()).find((source) => source.url === news)).toMatchObject({ title: 'News', language: 'hi' });

    const again = await runRecorded(['sources', 'import', '-', '--json'], { env, stdin: opml });
    expect(JSON.parse(again.stdout)).toMatchObject({
      added: 0,
      existing: 2,
      failed: [{ url: 'mailto:news@example.org' }],
    });
  });

  it('shows on a terminal how far a long import is', async () => {
    const feeds = Array.from(
      { length: 501 },
      (_, at) => `<outline text="Feed ${at}" xmlUrl="http://127.0.0.1:9/${at}"/>`,
    );
    await writeFile(join(cwd, 'many.opml'), `<opml version="2.0"><body>${feeds.join('')}</body></opml>`);
    const shell = recordShell({ env, cwd, terminalColumns: 80 });
    expect(await runCli(['sources', 'import', 'many.opml'], shell)).toBe(0);
    expect(shell.written.stdout).toBe('501 added, 0 already there, 0 failed\n');
    expect(shell.written.stderr).toContain('500/501 Feed 499');
    expect(shell.written.stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it.each([
    ['no OPML', 'just text', 'The document is no OPML'],
    ['OPML without feeds', '<opml version="2.0"><body/></opml>', 'There is no feed in -'],
  ])('refuses %s', async (_, stdin, message) => {
    const { code, stderr } = await runRecorded(['sources', 'import', '-'], { env, stdin });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('exports what it can import again', async () => {
    feedAt('/exported.xml');
    await khabar('add', web.url('/exported.xml'), '--title', 'Fish & “Ships”');
    const { stdout } = await khabar('export');
    expect(stdout).toContain(`title="Fish &amp; “Ships”" xmlUrl="${web.url('/exported.xml')}"`);
    expect(await khabar('export', 'out.opml')).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(join(cwd, 'out.opml'), 'utf8')).toBe(stdout);
    expect(await khabar('import', 'out.opml')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 added/) });
    expect(await khabar('export', 'missing/out.opml')).toMatchObject({
      code: 1,
      stderr: 'error: Cannot write missing/out.opml: there is no such file\n',
    });
  });

  it('asks for the API key where the fetcher wants one', async () => {
    const { KHABAR_FETCHER_URL } = env;
    const withoutKey = await runRecorded(['sources', 'add', 'https://news.example.org/'], {
      env: { KHABAR_FETCHER_URL },
    });
    expect(withoutKey.code).toBe(1);
    expect(withoutKey.stderr).toMatch(/^error: .*; set API_KEY in the environment or in \.env\n$/);
    await writeFile(join(cwd, 'key'), `${API_KEY}\n`);
    const fromFile = { KHABAR_FETCHER_URL, API_KEY_FILE: join(cwd, 'key') };
    expect((await runRecorded(['sources', 'add', feedAt('/key.xml')], { env: fromFile })).code).toBe(0);
  });
});

describe('khabar sources, without a fetcher', () => {
  it('says that Khabar does not run, and how to start it', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await runRecorded(['sources', 'list'], { env: { KHABAR_FETCHER_URL: url } })).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: Nothing listens at ${url}: is Khabar running? Start it with npm start, or set KHABAR_FETCHER_URL\n`,
    });
  });
});
