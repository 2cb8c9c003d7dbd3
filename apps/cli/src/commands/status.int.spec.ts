import { join } from 'node:path';
import {
  type StartedProcess,
  type TestDatabase,
  createTestDatabase,
  eventually,
  freePort,
  startProcess,
} from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceName, SERVICES } from '../api.ts';
import { runCli } from '../program.ts';
import { recordShell, runRecorded } from '../recorded-shell.ts';

const DIST = join(import.meta.dirname, '../../../../dist');

/** What is looked at of `khabar status --json`. */
interface Status {
  readonly ready: boolean;
  readonly services: readonly { readonly name: string; readonly state: string; readonly dependencies: unknown[] }[];
  readonly bus: { readonly up: boolean | null };
  readonly topics: readonly { readonly name: string }[];
  readonly groups: readonly {
    readonly group: string;
    readonly members: number;
    readonly lag: number;
    readonly lagSeconds: number;
  }[];
  readonly deadLetters: readonly unknown[];
  readonly articles: number | null;
  readonly sources: number | null;
}

describe('khabar status, with every service', () => {
  let database: TestDatabase;
  let services: StartedProcess[];
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await createTestDatabase();
    env = { DATABASE_URL: database.url };
    services = await Promise.all(SERVICES.map(start));
  });
  afterAll(async () => {
    await Promise.all((services ?? []).map((service) => service.kill()));
    await database?.drop();
  });

  async function start(name: ServiceName): Promise<StartedProcess> {
    const port = await freePort();
    env[`KHABAR_${name.toUpperCase()}_URL`] = `http://127.0.0.1:${port}`;
    const service = await startProcess(process.execPath, [join(DIST, name, 'main.js')], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url, HTTP_PORT: String(port), LOG_FORMAT: 'json' },
    });
    await service.waitForLine(/ready on/);
    return service;
  }

  async function statusWith(changes: NodeJS.ProcessEnv = {}): Promise<{ code: number; status: Status }> {
    const { code, stdout, stderr } = await runRecorded(['status', '--json'], { env: { ...env, ...changes } });
    expect(stderr).toBe('');
    return { code, status: JSON.parse(stdout) as Status };
  }

  it('tells that all is well: services with what they depend on, topics, groups, counts', async () => {
    const { code, status } = await eventually(async () => {
      const found = await statusWith();
      return found.status.groups.filter(({ members }) => members === 1).length === 2 && found;
    });
    expect(code).toBe(0);
    expect(status).toMatchObject({ ready: true, bus: { up: true }, articles: 0, sources: 0 });
    expect(status.services.map(({ name, state }) => [name, state])).toEqual(SERVICES.map((name) => [name, 'ready']));
    expect(status.services[2]!.dependencies).toContainEqual(expect.objectContaining({ name: 'bus', up: true }));
    expect(status.topics).toHaveLength(6);
    expect(status.topics[0]).toEqual({ name: 'news.raw.v1', partitions: 12, records: 0, publishedPerSecond: 0 });
    expect(status.deadLetters[0]).toEqual({ topic: 'news.raw.v1', open: 0, complete: true });
    expect(status.groups.map(({ group, lag, lagSeconds }) => [group, lag, lagSeconds])).toEqual([
      ['khabar-parser', 0, 0],
      ['khabar-store', 0, 0],
    ]);
  });

  it('prints tables for a person', async () => {
    const { code, stdout } = await runRecorded(['status'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^service +state +address +depends on\nfetcher +ready +http/);
    expect(stdout).toMatch(/^news\.changes\.v1 +12 +0 +0 +0$/m);
    expect(stdout).toMatch(/^khabar-store +news\.articles\.v1 +\d +0 +0 +0 s$/m);
    expect(stdout).toMatch(/\n0 articles, 0 sources\n$/);
  });

  it.each([
    ['a block each, without escape codes', ['status', '--watch', '--interval', '1s'], /^\d{4}-\d\d-\d\d [\d:]+Z$/gm],
    ['one line of JSON each', ['status', '--watch', '--interval', '1s', '--json'], /^\{"at":.*"ready":true.*\}$/gm],
  ])('prints look after look with --watch, %s, until it is stopped', async (_, args, look) => {
    const shell = recordShell({ env });
    const running = runCli(args, shell);
    await eventually(() => (shell.written.stdout.match(look) ?? []).length >= 2);
    shell.stop('interrupted');
    expect(await running).toBe(0);
    expect(shell.written.stdout).not.toContain('\u001b');
    expect(shell.written.stderr).toBe('');
  });

  it('is content where it cannot reach the bus by itself but the services can', async () => {
    const { code, status } = await statusWith({ DATABASE_URL: '' });
    expect({ code, ready: status.ready, up: status.bus.up, topics: status.topics }).toEqual({
      code: 0,
      ready: true,
      up: null,
      topics: [],
    });
  });

  it('fails when a service does not answer, and tells of the others', async () => {
    const { code, status } = await statusWith({ KHABAR_PARSER_URL: `http://127.0.0.1:${await freePort()}` });
    expect(code).toBe(1);
    expect(status.ready).toBe(false);
    expect(status.services.map(({ state }) => state)).toEqual(['ready', 'unreachable', 'ready']);
  });

  it('fails when the bus that it is told does not answer', async () => {
    const { code, status } = await statusWith({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect(code).toBe(1);
    expect(status.bus.up).toBe(false);
  });
});

describe('khabar status, with nothing running', () => {
  it('says so and how to start it', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const env = { KHABAR_FETCHER_URL: nobody, KHABAR_PARSER_URL: nobody, KHABAR_STORE_URL: nobody };
    const { code, stdout } = await runRecorded(['status'], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^parser +unreachable +http:\/\/127\.0\.0\.1:\d+ +nothing listens there$/m);
    expect(stdout).toMatch(/\nKhabar is not running here: npm start\n$/);
  });
});
