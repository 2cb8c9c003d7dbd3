import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveWriter } from '@khabar/archive';
import type { Bus } from '@khabar/bus';
import {
  type Article,
  type CloudEvent,
  type RawArticle,
  TOPICS,
  articleEvent,
  articleHashes,
  encodeBody,
  rawArticleEvent,
  rawArticleIdOfUrl,
  rawContentHash,
  sourceId,
} from '@khabar/contracts';
import { PARSER_VERSION, extractArticle } from '@khabar/extraction';
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
import { recordShell, runRecorded } from '../recorded-shell.ts';
import { readBound } from '../replay/range.ts';
import { RawLog } from '../replay/raw-log.ts';
import { runCli } from '../program.ts';

const STORE = join(import.meta.dirname, '../../../../dist/store/main.js');
const FEED = 'https://news.example.org/feed.xml';
const AT = '2026-03-14T09:30:00.000Z';

/** One fetch of a page of its own name. */
function fetched(name: string, parts: Partial<RawArticle> & { text?: string } = {}): CloudEvent<'news.raw.v1'> {
  const { text = `The harbour of ${name} was quiet until noon, when the first drops fell on it.`, ...rest } = parts;
  const url = `https://news.example.org/2026/03/${name}`;
  const page = `<html><head><title>Rain in ${name}</title></head><body><article><h1>Rain in ${name}</h1><p>${text}</p></article></body></html>`;
  const bytes = Buffer.from(page);
  return rawArticleEvent({
    id: rawArticleIdOfUrl(url),
    sourceId: sourceId('feed', FEED),
    url,
    fetchedAt: AT,
    http: { status: 200, etag: null, lastModified: null, finalUrl: url },
    entry: null,
    mediaType: 'text/html',
    charset: 'utf-8',
    ...encodeBody(bytes),
    contentHash: rawContentHash(bytes, null),
    ...rest,
  });
}

/** What an older parser made of it. */
function readBefore(raw: CloudEvent<'news.raw.v1'>, change: Partial<Article>): CloudEvent<'news.articles.v1'> {
  const article = { ...extractArticle(raw.data), ...change };
  const extraction = { ...article.extraction, parserVersion: PARSER_VERSION - 1, warnings: ['no-date', 'worse'] };
  return articleEvent({ ...article, ...articleHashes(article), extraction }, raw.id);
}

interface Report {
  readonly complete: boolean;
  readonly read: { archive: number; topic: number };
  readonly skipped: Record<string, number>;
  readonly verdicts: Record<string, number>;
  readonly refused: Record<string, { count: number }>;
  readonly published: number;
  readonly fields: Record<string, Record<string, number> & { examples: { before: string; after: string }[] }>;
  readonly warnings: { came: Record<string, number>; went: Record<string, number> };
}

describe('khabar replay', () => {
  let database: TestDatabase;
  let bus: Bus;
  let store: StartedProcess;
  let env: NodeJS.ProcessEnv;
  let folder: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'khabar-replay-'));
    const port = await freePort();
    bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
    await bus.ensureTopics(TOPICS);
    store = await startProcess(process.execPath, [STORE], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url, HTTP_PORT: String(port), LOG_FORMAT: 'json' },
    });
    await store.waitForLine(/ready on/);
    env = { DATABASE_URL: database.url, KHABAR_STORE_URL: `http://127.0.0.1:${port}` };
  });
  afterAll(async () => {
    await store?.kill();
    await bus?.close();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const khabar = (...args: string[]) => runRecorded(['replay', 'news.raw.v1', ...args], { env });

  async function report(...args: string[]): Promise<Report> {
    const { code, stdout, stderr } = await khabar('--json', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Report;
  }

  async function stored(articleId: string): Promise<(Article & { revision: number }) | null> {
    const answer = await fetch(`${env['KHABAR_STORE_URL']}/api/v1/articles/${articleId}`);
    return answer.ok ? ((await answer.json()) as Article & { revision: number }) : null;
  }

  /** Puts articles into the store by the way that they always come. */
  async function save(...events: CloudEvent<'news.articles.v1'>[]): Promise<void> {
    await bus.publish(events);
    await eventually(async () =>
      (await Promise.all(events.map(({ data }) => stored(data.id)))).every((one) => one !== null),
    );
  }

  /** Where the topic ends now, as the command line takes it. */
  async function ends(): Promise<string> {
    const raw = (await bus.topics()).find(({ name }) => name === 'news.raw.v1')!;
    return raw.partitions.map(({ partition, endOffset }) => `${partition}:${endOffset}`).join(',');
  }

  it('shows what would change and writes nothing, then makes it a revision, and then finds nothing more to do', async () => {
    const from = await ends();
    const [worse, equal, unknown] = [fetched('worse'), fetched('equal'), fetched('unknown')];
    const refused = fetched('refused', { mediaType: 'application/pdf', ...encodeBody(Buffer.from('%PDF-1.7')) });
    await bus.publish([worse, equal, unknown, refused]);
    await save(readBefore(worse, { body: 'The harbour was quiet.', tags: ['harbour'] }), readBefore(equal, {}));
    const today = extractArticle(worse.data);

    const diff = await report('--from', from, '--diff');
    expect(diff.verdicts).toMatchObject({ changed: 1, unchanged: 1, new: 1, moved: 0, 'same-version': 0 });
    expect(Object.values(diff.refused).map(({ count }) => count)).toEqual([1]);
    expect(diff).toMatchObject({ complete: true, published: 0, read: { archive: 0, topic: 4 } });
    expect(diff.fields['body']).toMatchObject({ changed: 1, gained: 0, lost: 0, unchanged: 1 });
    expect(diff.fields['body']!.examples).toMatchObject([{ before: 'The harbour was quiet.', after: today.body }]);
    expect(diff.fields['tags']).toMatchObject({ changed: 0, lost: 1, unchanged: 1 });
    expect(diff.fields['title']).toMatchObject({ changed: 0, unchanged: 2, examples: [] });
    expect(diff.warnings.went).toMatchObject({ worse: 2 });
    const shown = (await khabar('--from', from, '--diff')).stdout;
    expect(shown).toMatch(
      /body\n {2}https:\/\/news\.example\.org\/2026\/03\/worse\n {4}The harbour {\+of worse \+}was quiet/,
    );
    expect(shown).toContain('Nothing was written.');
    expect(await stored(today.id)).toMatchObject({ body: 'The harbour was quiet.', revision: 1 });
    expect(await stored(extractArticle(unknown.data).id)).toBe(null);

    expect(await report('--from', from)).toMatchObject({ published: 2, complete: true });
    await eventually(async () => (await stored(today.id))?.revision === 2);
    expect(await stored(today.id)).toMatchObject({
      body: today.body,
      tags: [],
      fetchedAt: AT,
      extraction: { parserVersion: PARSER_VERSION },
    });
    await eventually(async () => (await stored(extractArticle(unknown.data).id)) !== null);

    expect(await report('--from', from)).toMatchObject({
      published: 0,
      verdicts: { unchanged: 3, changed: 0, new: 0 },
    });
    expect((await stored(today.id))?.revision).toBe(2);
  });

  it('moves a page to the article that today’s parser takes it for', async () => {
    const from = await ends();
    const raw = fetched('moved');
    const before = readBefore(raw, { id: crypto.randomUUID() });
    await bus.publish([raw]);
    await save(before);
    expect(await report('--from', from)).toMatchObject({ published: 1, verdicts: { moved: 1 } });
    await eventually(async () => (await stored(extractArticle(raw.data).id)) !== null);
    expect(await stored(before.data.id)).toMatchObject({ withdrawn: 'superseded' });
    expect(await report('--from', from)).toMatchObject({ published: 0, verdicts: { unchanged: 1 } });
  });

  it('takes the newest fetch of each page, from archive and topic, each event once', async () => {
    const from = await ends();
    const early = fetched('twice', { fetchedAt: '2026-03-14T08:00:00.000Z', text: 'An early and short report.' });
    const late = fetched('twice');
    const gone = fetched('only-archived');
    await bus.publish([late, early]);
    const archive = join(folder, 'twice');
    await using writer = new ArchiveWriter(archive);
    const events = [early, late, gone].map((event, at) => ({ offset: BigInt(1_000_000 + at), event }));
    await writer.append(0, events, new Date());
    const offsets = `${from},0:0`.split(',').filter((pair) => !pair.startsWith('0:'));
    const partitionZero = from.split(',').find((pair) => pair.startsWith('0:'))!;
    const first = [partitionZero, ...offsets].join(',');

    const found = await report('--from', first, '--archive', archive);
    expect(found).toMatchObject({ read: { archive: 3, topic: 2 }, skipped: { older: 2, repeated: 1 }, published: 2 });
    for (const raw of [late, gone]) await eventually(async () => (await stored(extractArticle(raw.data).id)) !== null);
    expect(await stored(extractArticle(late.data).id)).toMatchObject({
      body: extractArticle(late.data).body,
      revision: 1,
    });
    const shell = { env: { ...env, RAW_ARCHIVE: archive } };
    const again = await runRecorded(['replay', 'news.raw.v1', '--from', first, '--json'], shell);
    expect(JSON.parse(again.stdout)).toMatchObject({ read: { archive: 3 }, published: 0, verdicts: { unchanged: 2 } });
  });

  it('keeps to a range of time and to a source', async () => {
    const from = await ends();
    const other = sourceId('feed', 'https://other.example.org/feed.xml');
    await bus.publish([
      fetched('range-1', { fetchedAt: '2026-03-10T00:00:00.000Z' }),
      fetched('range-2', { fetchedAt: '2026-03-11T00:00:00.000Z' }),
      fetched('range-3', { fetchedAt: '2026-03-11T00:00:00.000Z', sourceId: other }),
      fetched('range-4', { fetchedAt: '2026-03-12T00:00:00.000Z' }),
    ]);
    const read = async (...args: string[]) => (await report('--diff', ...args)).read.topic;
    expect(await read('--from', from)).toBe(4);
    expect(await read('--from', from, '--source', FEED)).toBe(3);
    expect(await read('--from', from, '--source', other)).toBe(1);
    expect(await read('--from', from, '--source', 'a/folder')).toBe(0);
    expect(await read('--from', '2026-03-11', '--to', '2026-03-12')).toBe(2);
    expect(await read('--from', '2026-03-11', '--to', '2026-03-12', '--source', FEED)).toBe(1);
  });

  it('ends where archive and topic ended when it began, in each pass', async () => {
    const range = { from: readBound(await ends(), Date.now()), to: null };
    const archive = join(folder, 'fixed');
    await using writer = new ArchiveWriter(archive);
    const append = (event: CloudEvent<'news.raw.v1'>) => writer.append(0, [{ offset: 1_000_000n, event }], new Date());
    await bus.publish([fetched('fixed-1')]);
    await append(fetched('fixed-2'));
    const log = await RawLog.open(bus, archive, range);
    await bus.publish([fetched('fixed-3')]);
    await append(fetched('fixed-4'));
    for (let pass = 1; pass <= 2; pass++) {
      const names: string[] = [];
      const { signal } = new AbortController();
      for await (const { event } of log.read(signal, () => undefined)) names.push(event.data.url!.slice(-7));
      expect(names).toEqual(['fixed-2', 'fixed-1']);
    }
  });

  it('says when the same version of the parser reads otherwise, and does not publish it', async () => {
    const from = await ends();
    const raw = fetched('same-version');
    const article = { ...extractArticle(raw.data), body: 'Under work.' };
    await bus.publish([raw]);
    await save(articleEvent({ ...article, ...articleHashes(article) }, raw.id));
    const { code, stdout } = await khabar('--from', from);
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 +same-version +left alone/);
    expect(stdout).toContain('0 articles published');
  });

  it('stops when it is told to, says what was done, and goes on when it is run again', async () => {
    const from = await ends();
    await bus.publish(Array.from({ length: 250 }, (_, at) => fetched(`stopped-${at}`)));
    const shell = recordShell({ env, terminalColumns: 100 });
    const running = runCli(['replay', 'news.raw.v1', '--from', from, '--json'], shell);
    await eventually(() => / [12]\d\d\/250 /.test(shell.written.stderr), { intervalMs: 1 });
    shell.stop('interrupted');
    expect(await running).toBe(130);
    const stopped = JSON.parse(shell.written.stdout) as Report;
    expect(stopped.complete).toBe(false);
    expect(stopped.published).toBeGreaterThanOrEqual(100);
    expect(stopped.published).toBeLessThan(250);
    let left = 250 - stopped.published;
    await eventually(async () => {
      const { published, verdicts } = await report('--from', from);
      left -= published;
      return published === 0 && verdicts['unchanged'] === 250;
    });
    expect(left).toBeLessThanOrEqual(0);
  });

  it('needs a store that answers, and says so before it reads anything', async () => {
    const nobody = { ...env, KHABAR_STORE_URL: `http://127.0.0.1:${await freePort()}` };
    const { code, stdout, stderr } = await runRecorded(['replay', 'news.raw.v1', '--from', '0'], { env: nobody });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: Nothing listens at /);
  });

  it('refuses a setting that is neither on nor off', async () => {
    const shell = { env: { ...env, ARTICLE_HTML: 'fasle' } };
    const { code, stderr } = await runRecorded(['replay', 'news.raw.v1', '--from', '0'], shell);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: ARTICLE_HTML: must be true or false\n' });
  });

  it('refuses a topic that it cannot replay, a range that is none and an archive that is not there', async () => {
    expect(await runRecorded(['replay', 'news.articles.v1', '--from', '0'], { env })).toMatchObject({ code: 2 });
    expect(await khabar('--from', 'soon')).toMatchObject({ code: 2 });
    expect(await khabar()).toMatchObject({ code: 2 });
    const { code, stderr } = await khabar('--from', '0', '--archive', join(folder, 'nowhere'));
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no archive') });
  });
});
