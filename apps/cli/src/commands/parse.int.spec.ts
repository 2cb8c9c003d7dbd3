import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Article, articleValidator, rawArticleIdOfFile, rawArticleIdOfUrl, sourceId } from '@khabar/contracts';
import { type FakeWeb, startFakeWeb } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRecorded } from '../recorded-shell.ts';

const TEXT = `The ferry runs again after the storm

After four days of wind the first ferry left the harbour at dawn, with two hundred people on board.

The harbour office expects the old timetable to be back before the weekend, if the weather holds.
`;

const PAGE = `<!doctype html><html lang="en"><head><title>The ferry runs again after the storm</title></head><body>
<article><h1>The ferry runs again after the storm</h1>
${TEXT.split('\n\n')
  .slice(1)
  .map((paragraph) => `<p>${paragraph}</p>`)
  .join('\n')}</article></body></html>`;

describe('khabar parse', () => {
  let cwd: string;
  let web: FakeWeb;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'khabar-parse-'));
    await mkdir(join(cwd, 'news/कल'), { recursive: true });
    await writeFile(join(cwd, 'news/कल/ferry.txt'), TEXT);
    await writeFile(join(cwd, 'ferry.html'), PAGE);
    web = await startFakeWeb();
    web.route('/ferry', { headers: { 'content-type': 'text/html; charset=UTF-8' }, body: PAGE });
    web.route('/old', { status: 301, headers: { location: '/ferry' } });
    web.route('/gone', { status: 410, headers: { 'content-type': 'text/html' }, body: 'gone' });
    web.route('/broken', { status: 500, body: 'no' });
    web.route('/huge', { headers: { 'content-type': 'text/html' }, body: Buffer.alloc(9 * 1024 * 1024, 'a') });
  });
  afterAll(async () => {
    await web?.close();
    await rm(cwd, { recursive: true, force: true });
  });

  async function parsed(...args: string[]): Promise<Article> {
    const { code, stdout, stderr } = await runRecorded(['parse', '--json', ...args], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return articleValidator.assert(JSON.parse(stdout));
  }

  it('reads a file under the id that it has in its watched folder', async () => {
    const article = await parsed('news/कल/ferry.txt');
    const source = sourceId('folder', 'news/कल');
    expect(article).toMatchObject({ sourceId: source, rawId: rawArticleIdOfFile(source, 'ferry.txt') });
    expect(article.title).toBe('The ferry runs again after the storm');
    expect((await parsed('./news/../news/कल/ferry.txt')).id).toBe(article.id);
    expect((await parsed(join(cwd, 'news/कल/ferry.txt'))).id).toBe(article.id);
  });

  it('reads a page from its address, after redirects, and knows where it ended', async () => {
    const article = await parsed(web.url('/old'));
    expect(article).toMatchObject({
      rawId: rawArticleIdOfUrl(web.url('/old')),
      url: web.url('/ferry'),
      title: 'The ferry runs again after the storm',
    });
    expect(web.requestsFor('/old')[0]!.headers['user-agent']).toMatch(/^Khabar\/\d/);
  });

  it('reads standard input, as text or as the page of an address', async () => {
    const url = 'https://news.example.org/2026/ferry-runs-again';
    const fromText = await runRecorded(['parse', '-', '--json'], { stdin: TEXT });
    expect(JSON.parse(fromText.stdout)).toMatchObject({ url: null, title: 'The ferry runs again after the storm' });
    const fromPage = await runRecorded(['parse', '-', '--json', '--url', url], { stdin: PAGE });
    expect(JSON.parse(fromPage.stdout)).toMatchObject({ url, title: 'The ferry runs again after the storm' });
  });

  it('gives a page that is gone as an article that is gone', async () => {
    expect(await parsed(web.url('/gone'))).toMatchObject({ gone: true, title: null, body: null });
  });

  it('prints an article to read where no JSON is asked for', async () => {
    const { stdout } = await runRecorded(['parse', 'ferry.html'], { cwd });
    expect(stdout).toMatch(/^The ferry runs again after the storm\n\nAfter four days of wind/);
    expect(stdout).toMatch(/^language {3}en$/m);
  });

  it.each([
    ['a missing file', ['missing.txt'], /^error: Cannot read missing\.txt: there is no such file\n$/],
    ['a folder', ['news'], /^error: Cannot read news: it is a folder\n$/],
    ['an address of no page', ['ferry.html', '--url', 'mailto:x'], /^error: A discovery URL must be .*\n$/],
  ])('says in one line what is wrong with %s', async (_, args, message) => {
    const { code, stderr } = await runRecorded(['parse', ...args], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('says in one line why a page could not be fetched', async () => {
    const broken = await runRecorded(['parse', web.url('/broken')]);
    expect(broken).toMatchObject({
      code: 1,
      stderr: `error: ${web.url('/broken')} answered 500 Internal Server Error\n`,
    });
    const huge = await runRecorded(['parse', web.url('/huge')]);
    expect(huge).toMatchObject({ code: 1, stderr: `error: ${web.url('/huge')} is larger than 8 MiB\n` });
  });

  it('shows where an error arose only when asked', async () => {
    const { stderr } = await runRecorded(['--verbose', 'parse', 'missing.txt'], { cwd });
    expect(stderr).toContain('caused by Error: ENOENT');
    const debug = await runRecorded(['parse', 'missing.txt'], { cwd, env: { LOG_LEVEL: 'debug' } });
    expect(debug.stderr).toContain('caused by Error: ENOENT');
  });
});
