import type { Bus } from '@khabar/bus';
import {
  type ArticleChange,
  TOPICS,
  articleChangeEvent,
  articleChangeExample,
  rawArticleExample,
  rawEventId,
  rejectedInputEvent,
  rejectedInputExample,
  RAW_ARTICLES,
} from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually, nodeArgumentsFor, startProcess } from '@khabar/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import { recordShell, runRecorded } from '../recorded-shell.ts';
import { runCli } from '../program.ts';

const TOPIC = 'news.changes.v1';

describe('khabar tail', () => {
  let database: TestDatabase;
  let bus: Bus;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await createTestDatabase();
    env = { DATABASE_URL: database.url };
    bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
    await bus.ensureTopics(TOPICS);
  });
  afterAll(async () => {
    await bus?.close();
    await database?.drop();
  });

  /** Publishes the creations of so many articles, one after the other, and returns their ids. */
  async function announce(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => crypto.randomUUID());
    for (const id of ids) await bus.publish([articleChangeEvent(changeOf(id))]);
    return ids;
  }

  function changeOf(id: string): ArticleChange {
    return { ...articleChangeExample, id };
  }

  it('shows the last fifty events of all partitions in the order of their time', async () => {
    const ids = await announce(60);
    const { code, stdout, stderr } = await runRecorded(['tail', TOPIC, '--no-follow'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    const shown = lines.map((line) => line.split(/\s+/)[3]!);
    expect(shown).toHaveLength(50);
    // events of one millisecond stand in any order, so at the edge one may stand for its neighbour
    expect(shown).toEqual(expect.arrayContaining(ids.slice(-40)));
    expect(ids).toEqual(expect.arrayContaining(shown));
    const times = lines.map((line) => line.slice(0, 20));
    expect(times).toEqual([...times].sort());
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}created {6}[0-9a-f-]{36} {2}revision 1$/);
  });

  it('reads from the beginning, from an age and from the end', async () => {
    await announce(1);
    const all = await runRecorded(['tail', TOPIC, '--no-follow', '--from', 'beginning'], { env });
    expect(all.stdout.trimEnd().split('\n').length).toBeGreaterThan(50);
    expect((await runRecorded(['tail', TOPIC, '--no-follow', '--from', '1h'], { env })).stdout).toBe(all.stdout);
    expect(await runRecorded(['tail', TOPIC, '--no-follow', '--from', 'end'], { env })).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it('prints whole events as JSON, one a line', async () => {
    const [id] = await announce(1);
    const { stdout } = await runRecorded(['tail', TOPIC, '--no-follow', '--json', '--limit', '1'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      topic: TOPIC,
      key: id,
      headers: { ce_subject: id },
      data: changeOf(id!),
    });
    expect(stdout.trimEnd()).not.toContain('\n');
  });

  it('prints headers and data under the line when asked for the full event', async () => {
    await announce(1);
    const { stdout } = await runRecorded(['tail', TOPIC, '--no-follow', '--full', '--limit', '1'], { env });
    expect(stdout).toMatch(/^ {4}partition \d+, offset \d+$/m);
    expect(stdout).toMatch(/^ {4}ce_type: news\.changes\.v1$/m);
    expect(stdout).toMatch(/^ {6}"kind": "created",$/m);
  });

  it('follows what comes, until it is stopped, with exit code 0', async () => {
    const shell = recordShell({ env });
    const running = runCli(['tail', TOPIC], shell);
    await eventually(() => shell.written.stdout !== '');
    const ids = await announce(3);
    await eventually(() => ids.every((id) => shell.written.stdout.includes(id)));
    shell.stop('interrupted');
    expect(await running).toBe(0);
    expect(shell.written.stderr).toBe('');
  });

  it('ends by itself after as many events as were asked for', async () => {
    const shell = recordShell({ env });
    const running = runCli(['tail', TOPIC, '--from', 'beginning', '--limit', '3'], shell);
    expect(await running).toBe(0);
    expect(shell.written.stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it('tells of a dead letter why it is one', async () => {
    const event = rejectedInputEvent(rawEventId(rawArticleExample), rawArticleExample.id, rejectedInputExample);
    const at = '2026-03-14T09:30:00.000Z';
    const reason = { code: 'too-large', message: '50 MB are too many', attempts: 1, firstAt: at, lastAt: at };
    await bus.reject(RAW_ARTICLES, event, reason);
    const { stdout } = await runRecorded(['tail', 'news.raw.v1.dead-letter', '--no-follow'], { env });
    expect(stdout).toContain(`dead-letter  ${rawArticleExample.id}  too-large after 1 in cli: 50 MB are too many`);
  });

  it('refuses a topic that there is not, with those that there are and exit code 2', async () => {
    const { code, stderr } = await runRecorded(['tail', 'news.changes'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('news.changes.v1.dead-letter');
  });

  it('says in one line that there is no bus, and how to get one', async () => {
    const { code, stderr } = await runRecorded(['tail', TOPIC], { env: {}, cwd: '/nowhere' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: No bus to read: .* start Khabar with npm start\n$/);
  });

  describe('as a process', () => {
    const args = nodeArgumentsFor(join(import.meta.dirname, '../main.ts'));
    const processEnv = () => ({ PATH: process.env['PATH'], ...env });

    it('ends on Ctrl-C with exit code 0', async () => {
      const [id] = await announce(1);
      await using tail = await startProcess(process.execPath, [...args, 'tail', TOPIC], { env: processEnv() });
      await tail.waitForLine(new RegExp(id!));
      tail.signalGroup('SIGINT');
      expect(await tail.ended).toEqual({ code: 0, signal: null });
    });

    it('ends quietly with exit code 0 when its reader has enough', async () => {
      await announce(5);
      const command = '{ "$0" "$@"; echo "exit code $?" >&2; } | head -n 1';
      const piped = [process.execPath, ...args, 'tail', TOPIC];
      await using tail = await startProcess('/bin/sh', ['-c', command, ...piped], { env: processEnv() });
      await tail.waitForLine(/created/);
      await announce(2); // it notices at the next line that nobody reads
      await tail.waitForLine(/^exit code 0$/);
      expect(tail.stderr).toBe('exit code 0\n');
    });
  });
});
