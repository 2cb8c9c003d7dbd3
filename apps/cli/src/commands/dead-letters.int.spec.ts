import type { Bus, StoredRecord } from '@khabar/bus';
import {
  KhabarError,
  RAW_ARTICLES,
  TOPICS,
  rawArticleEvent,
  rawArticleExample,
  rawArticleIdOfUrl,
  rejectedInputEvent,
  rejectedInputExample,
} from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import { runCli } from '../program.ts';
import { recordShell, runRecorded } from '../recorded-shell.ts';

const GROUP = 'letters';

interface ListedLetter {
  readonly id: string;
  readonly reason: { readonly code: string };
}

describe('khabar dead-letters', () => {
  let database: TestDatabase;
  let bus: Bus;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    database = await createTestDatabase();
    env = { DATABASE_URL: database.url };
    bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
    await bus.ensureTopics(TOPICS);
  });
  afterEach(async () => {
    await bus?.close();
    await database?.drop();
  });

  /** Raw articles that all became dead letters: those named `odd-…` with the code `odd`, the others `hopeless`. */
  async function die(...names: string[]): Promise<void> {
    await bus.publish(
      names.map((name) => {
        const url = `https://news.example.org/${name}`;
        return rawArticleEvent({ ...rawArticleExample, id: rawArticleIdOfUrl(url), url });
      }),
    );
    const consuming = await bus.subscribe<'news.raw.v1'>({
      topic: RAW_ARTICLES,
      group: GROUP,
      handle: async ({ events }) =>
        events.map(({ event }) => {
          const odd = event.data.url!.includes('/odd-');
          return new KhabarError(odd ? 'odd' : 'hopeless', `No, not ${event.data.url}`);
        }),
    });
    await eventually(async () => (await bus.groups([GROUP], [RAW_ARTICLES.name]))[0]?.lag === 0n);
    await consuming.close();
  }

  async function rejectInput(): Promise<void> {
    const event = rejectedInputEvent(crypto.randomUUID(), rawArticleExample.id, rejectedInputExample);
    const at = '2026-03-14T09:30:00.000Z';
    await bus.reject(RAW_ARTICLES, event, {
      code: 'too-large',
      message: '50 MB',
      attempts: 1,
      firstAt: at,
      lastAt: at,
    });
  }

  async function rawRecords(): Promise<StoredRecord[]> {
    const records: StoredRecord[] = [];
    const { signal } = new AbortController();
    for await (const record of bus.read(RAW_ARTICLES.name, { from: 'beginning', follow: false, signal })) {
      records.push(record);
    }
    return records;
  }

  async function listed(...options: string[]): Promise<ListedLetter[]> {
    const { stdout } = await runRecorded(['dead-letters', 'list', '--json', ...options], { env });
    return JSON.parse(stdout) as ListedLetter[];
  }

  it('lists what is open with reason and id, newest first, and counts it by code', async () => {
    await die('a', 'odd-b');
    await die('c');
    const { code, stdout } = await runRecorded(['dead-letters', 'list'], { env });
    expect(code).toBe(0);
    const [head, newest, ...older] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^when +id +code +message$/);
    expect(newest).toMatch(/news\.raw\.v1\/\d+\/\d+ +hopeless +No, not https:.*\/c$/);
    expect(older).toHaveLength(2);
    const { stdout: summary } = await runRecorded(['dead-letters', 'list', '--summary'], { env });
    expect(summary).toMatch(/news\.raw\.v1 +hopeless +2\n/);
    const limited = await runRecorded(['dead-letters', 'list', '--limit', '1'], { env });
    expect(limited.stderr).toBe('the newest 1 of 3: --limit shows more\n');
    expect(limited.stdout).toContain('/c\n');
  });

  it('filters by topic, code, time, service and source', async () => {
    await die('a', 'odd-b');
    expect(await listed('--code', 'odd,other')).toMatchObject([{ reason: { code: 'odd' } }]);
    expect(await listed('--topic', 'news.articles.v1')).toEqual([]);
    expect(await listed('--topic', 'news.raw.v1.dead-letter', '--since', '1h')).toHaveLength(2);
    expect(await listed('--until', '1h')).toEqual([]);
    expect(await listed('--since', '2099-01-01')).toEqual([]);
    expect(await listed('--service', 'cli')).toHaveLength(2);
    expect(await listed('--service', 'parser')).toEqual([]);
    expect(await listed('--source', rawArticleExample.sourceId)).toHaveLength(2);
    expect(await listed('--source', 'https://elsewhere.example.org/feed')).toEqual([]);
  });

  it('shows one with reason, headers and body, and its bytes as they are', async () => {
    await die('a');
    const { id } = (await listed())[0]!;
    const { stdout } = await runRecorded(['dead-letters', 'show', id], { env });
    expect(stdout).toMatch(/^state +open$/m);
    expect(stdout).toMatch(/^message +No, not https:\/\/news\.example\.org\/a$/m);
    expect(stdout).toMatch(/^was at +news\.raw\.v1, partition \d+, offset \d+$/m);
    expect(stdout).toMatch(/^ {2}ce_type: news\.raw\.v1$/m);
    expect(stdout).toMatch(/^ {4}"url": "https:\/\/news\.example\.org\/a",$/m);
    expect(stdout).not.toContain('khabar-code');
    const [original] = await rawRecords();
    const raw = await runRecorded(['dead-letters', 'show', id, '--raw'], { env });
    expect(raw.stdout).toBe(original!.value!.toString());
    await runRecorded(['dead-letters', 'discard', id, '--yes'], { env });
    expect((await runRecorded(['dead-letters', 'show', id], { env })).stdout).toMatch(/^state +discarded \d{4}-/m);
    expect(await runRecorded(['dead-letters', 'show', 'news.raw.v1/0/99'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no dead letter news.raw.v1/0/99'),
    });
  });

  it('shows the head of a body that is no text as hexadecimal digits', async () => {
    await die('a');
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`update bus.record set head = null, rest = null, bytes = '\\xff0041' where key = $1`, [
      rawArticleIdOfUrl('https://news.example.org/a'),
    ]);
    await client.end();
    const { id } = (await listed())[0]!;
    expect((await runRecorded(['dead-letters', 'show', id], { env })).stdout).toMatch(
      /^ {2}00000000 {2}ff 00 41 +\.\.A$/m,
    );
  });

  it('replays what is meant, and says before what that is', async () => {
    await die('a', 'odd-b', 'odd-c');
    const replay = ['dead-letters', 'replay', '--code', 'odd'];
    expect(await runRecorded([...replay, '--dry-run'], { env })).toEqual({
      code: 0,
      stdout: '2 dead letters would be replayed (2 odd)\n',
      stderr: '',
    });
    expect(await rawRecords()).toHaveLength(3);
    expect(await runRecorded(replay, { env })).toEqual({
      code: 0,
      stdout: '2 dead letters to be replayed (2 odd)\nreplayed 2 dead letters\n',
      stderr: '',
    });
    expect(await rawRecords()).toHaveLength(5);
    expect((await listed()).map(({ reason }) => reason.code)).toEqual(['hopeless']);
    await die(); // what was replayed dies anew
    expect(await listed()).toHaveLength(3);
  });

  it('takes ids, and discards without replaying', async () => {
    await die('a', 'b');
    const [{ id }, other] = (await listed()) as [ListedLetter, ListedLetter];
    const { stdout } = await runRecorded(['dead-letters', 'discard', id, '--yes'], { env });
    expect(stdout).toContain('discarded 1 dead letter\n');
    expect((await listed()).map((letter) => letter.id)).toEqual([other.id]);
    expect(await rawRecords()).toHaveLength(2);
  });

  it('says of inputs that never were an event what to do instead, and leaves them open', async () => {
    await rejectInput();
    await die('a');
    const { code, stdout } = await runRecorded(['dead-letters', 'replay', '--all', '--yes'], { env });
    expect(code).toBe(1);
    expect(stdout).toContain('replayed 1 dead letter\n');
    expect(stdout).toContain(`  khabar sources poll ${rejectedInputExample.sourceId}\n`);
    expect((await listed()).map(({ reason }) => reason.code)).toEqual(['too-large']);
    expect(await runRecorded(['dead-letters', 'discard', '--code', 'too-large', '--yes'], { env })).toMatchObject({
      code: 0,
    });
    expect(await listed()).toEqual([]);
  });

  it('asks on a terminal, and takes no for an answer', async () => {
    await die('a');
    for (const [answer, left, code] of [
      ['n\n', 1, 1],
      ['y\n', 0, 0],
    ] as const) {
      const shell = recordShell({ env, stdin: answer });
      Object.assign(shell.stdin, { isTTY: true });
      expect(await runCli(['dead-letters', 'discard', '--all'], shell)).toBe(code);
      expect(shell.written.stderr).toContain('Discard 1 dead letter? [y/N]');
      expect(shell.written.stdout.includes('left as they are')).toBe(left === 1);
      expect(await listed()).toHaveLength(left);
    }
  });

  it('says what it asks about also where the report is JSON', async () => {
    await die('a');
    const shell = recordShell({ env, stdin: 'n\n' });
    Object.assign(shell.stdin, { isTTY: true });
    expect(await runCli(['dead-letters', 'discard', '--all', '--json'], shell)).toBe(1);
    expect(shell.written.stderr).toMatch(/^1 dead letter to be discarded \(1 hopeless\)\nDiscard 1 dead letter\?/);
    expect(JSON.parse(shell.written.stdout)).toMatchObject({ letters: 1, settled: 0 });
  });

  it('wants a yes on the command line where nobody can be asked', async () => {
    await die('a');
    const { id } = (await listed())[0]!;
    for (const command of [
      ['discard', '--all'],
      ['discard', id],
      ['replay', '--all'],
    ]) {
      const { code, stderr } = await runRecorded(['dead-letters', ...command], { env });
      expect(code).toBe(2);
      expect(stderr).toContain('say --yes');
      expect(await runRecorded(['dead-letters', ...command, '--dry-run'], { env })).toMatchObject({ code: 0 });
    }
    expect(await listed()).toHaveLength(1);
  });

  it('names ids that are not open, and settles the others', async () => {
    await die('a', 'b');
    const [{ id: settled }, { id: open }] = (await listed()) as [ListedLetter, ListedLetter];
    expect((await runRecorded(['dead-letters', 'replay', settled], { env })).code).toBe(0);
    const ids = [settled, open, 'news.raw.v1/0/99'];
    const { code, stdout, stderr } = await runRecorded(['dead-letters', 'replay', ...ids, '--json'], { env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ settled: 1, missing: [settled, 'news.raw.v1/0/99'] });
    expect(stderr).toContain(`not open: ${settled}: there is no such dead letter, or it is settled\n`);
    expect(stderr).toContain('not open: news.raw.v1/0/99: ');
    expect(await listed()).toEqual([]);
  });

  it('goes on where it was stopped', async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `article-${at}`);
    await die(...names);
    const shell = recordShell({ env, terminalColumns: 100 });
    shell.stderr.on('data', (text: string) => {
      if (/[2468]00\/1000/.test(String(text))) shell.stop('interrupted');
    });
    expect(await runCli(['dead-letters', 'replay', '--all', '--yes'], shell)).toBe(130);
    expect(shell.written.stderr).toMatch(/[2468]00 of 1000 replayed; the same command goes on from there\n$/);
    const left = (await listed('--limit', '1000')).length;
    expect(left).toBeLessThan(1_000);
    const again = await runRecorded(['dead-letters', 'replay', '--all', '--yes'], { env });
    expect(again.stdout).toContain(`replayed ${left} dead letters\n`);
    expect(await rawRecords()).toHaveLength(2_000);
  });

  it('refuses to settle without being told which', async () => {
    for (const command of ['replay', 'discard']) {
      const { code, stderr } = await runRecorded(['dead-letters', command], { env });
      expect(code).toBe(2);
      expect(stderr).toContain('say which: ids, a filter, or --all');
    }
    expect((await runRecorded(['dead-letters', 'show', 'nonsense'], { env })).code).toBe(2);
  });
});
