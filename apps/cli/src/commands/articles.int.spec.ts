import { join } from 'node:path';
import { type Article, TOPICS, articleEvent, articleExample, articleHashes, sourceId } from '@khabar/contracts';
import {
  type StartedProcess,
  type TestDatabase,
  createTestDatabase,
  eventually,
  freePort,
  startProcess,
} from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import { runRecorded } from '../recorded-shell.ts';

const STORE = join(import.meta.dirname, '../../../../dist/store/main.js');
const FEED = 'https://news.example.org/feed.xml';

function article(number: number, change: Partial<Article> = {}): Article {
  const id = `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
  const canonicalUrl = `https://news.example.org/2026/03/article-${number}`;
  const publishedAt = new Date(Date.UTC(2026, 2, 1, 0, number)).toISOString();
  const told = {
    ...articleExample,
    id,
    rawId: id,
    canonicalUrl,
    url: canonicalUrl,
    publishedAt,
    title: `Report ${number}`,
  };
  const changed = { ...told, sourceId: sourceId('feed', FEED), ...change };
  return { ...changed, ...articleHashes(changed) };
}

describe('khabar articles, with a store', () => {
  let database: TestDatabase;
  let store: StartedProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await createTestDatabase();
    const port = await freePort();
    await using bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
    await bus.ensureTopics(TOPICS);
    const articles = [
      ...Array.from({ length: 120 }, (_, number) => article(number)),
      article(500, {
        title: 'पुतिन ने जिनपिंग को फोन किया',
        language: 'hi',
        publishedAt: null,
        sourceId: sourceId('folder', 'news'),
      }),
    ];
    await bus.publish(articles.map((told) => articleEvent(told, told.rawId)));
    store = await startProcess(process.execPath, [STORE], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url, HTTP_PORT: String(port), LOG_FORMAT: 'json' },
    });
    await store.waitForLine(/ready on/);
    env = { KHABAR_STORE_URL: `http://127.0.0.1:${port}/` };
    await eventually(async () => (await listed('--limit', '1000')).length === 121, { timeoutMs: 30_000 });
  });
  afterAll(async () => {
    await store?.kill();
    await database?.drop();
  });

  const khabar = (...args: string[]) => runRecorded(['articles', ...args], { env });

  async function listed(...args: string[]): Promise<Article[]> {
    return JSON.parse((await khabar('--json', ...args)).stdout) as Article[];
  }

  it('lists the newest first, twenty unless told, a line each', async () => {
    const { code, stdout, stderr } = await khabar();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[0]).toMatch(/^id +published \(UTC\) +lang +title$/);
  });

  it('fetches as many pages as the limit asks for, each article once', async () => {
    const ids = (await listed('--limit', '105')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(105);
  });

  it('searches for words in their own script', async () => {
    expect((await listed('पुतिन')).map(({ title }) => title)).toEqual(['पुतिन ने जिनपिंग को फोन किया']);
    expect(await listed('जिनपिंग', 'पुतिन')).toHaveLength(1);
  });

  it('narrows by language, time and source, a feed by its URL', async () => {
    expect(await listed('--language', 'hi')).toHaveLength(1);
    expect(await listed('--source', FEED, '--limit', '200')).toHaveLength(120);
    expect(await listed('--source', sourceId('folder', 'news'))).toHaveLength(1);
    const early = await listed('--from', '2026-03-01T00:10:00Z', '--to', '2026-03-01T00:12:00Z');
    expect(early.map(({ title }) => title)).toEqual(['Report 11', 'Report 10']);
    expect(await listed('--from', '2026-03-01', '--to', '2026-03-01', '--limit', '500')).toHaveLength(120);
  });

  it('says that nothing fits, with exit code 0', async () => {
    expect(await khabar('सब्ज़ी')).toEqual({ code: 0, stdout: '', stderr: 'no article fits\n' });
    expect(await listed('--language', 'ta')).toEqual([]);
  });

  it('shows one article to read, with what the store knows of it', async () => {
    const { id } = article(7);
    const { code, stdout } = await khabar('show', id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Weather\nReport 7\n\nAfter nine dry weeks/);
    expect(stdout).toMatch(/\nrevision {3}1, stored \d{4}-/);
    expect(JSON.parse((await khabar('show', id, '--json')).stdout)).toMatchObject({ ...article(7), revision: 1 });
  });

  it('erases one article, where somebody says yes to it', async () => {
    const { id } = article(3);
    expect(await khabar('erase', id)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: Nobody can be asked here: add --yes to erase it\n',
    });
    expect((await khabar('show', id)).code).toBe(0);
    const { code, stdout } = await khabar('erase', id, '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `erased ${id}; no topic has its events any more\n` });
    expect((await khabar('show', id)).code).toBe(1);
    const archiving = { ...env, RAW_ARCHIVE: '/archive', RAW_ARCHIVE_DAYS: '30' };
    const again = await runRecorded(['articles', 'erase', id, '--yes'], { env: archiving });
    const lastDay = new Date(Date.now() + 31 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    expect(again.stdout).toContain(`the raw archive in /archive has deleted its pages at the end of ${lastDay}`);
    expect(JSON.parse((await khabar('erase', id, '--yes', '--json')).stdout)).toMatchObject({ id, rawIds: [id] });
  });

  it('says in one line that there is no such article, or what is wrong with the question', async () => {
    expect(await khabar('show', '00000000-0000-5000-8000-999999999999')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: No article has this id\n',
    });
    expect(await khabar('--source', 'nonsense')).toEqual({
      code: 1,
      stdout: '',
      stderr: "error: Some parameters are wrong: source must be a source's id (a UUID)\n",
    });
  });
});
