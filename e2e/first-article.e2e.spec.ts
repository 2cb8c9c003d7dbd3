import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually, freePort, isRunning, type StartedProcess } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WORKSPACE, articleCount, articles, khabar, startNpm, startProgram, temporaryFolder } from './processes.ts';

const SAMPLE = '000_5c3b5599a82902f1.txt';
const HEADLINE = 'रूसी राष्ट्रपति पुतिन ने जिनपिंग को अचानक लगाया फोन, जानिए किन मुद्दों पर हुई बात?';

/** What `npm start` runs, on data and ports of the test's own. */
class Installation implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  readonly store: string;
  readonly fetcher: string;
  readonly parser: string;
  #running: StartedProcess | undefined;

  private constructor(
    private readonly folder: { path: string } & AsyncDisposable,
    ports: readonly [number, number, number],
  ) {
    this.fetcher = `http://127.0.0.1:${ports[0]}`;
    this.parser = `http://127.0.0.1:${ports[1]}`;
    this.store = `http://127.0.0.1:${ports[2]}`;
    this.env = {
      KHABAR_DATA: join(folder.path, 'ख़बर data'),
      FETCHER_PORT: String(ports[0]),
      PARSER_PORT: String(ports[1]),
      STORE_PORT: String(ports[2]),
      KHABAR_FETCHER_URL: this.fetcher,
      KHABAR_STORE_URL: this.store,
    };
  }

  static async create(): Promise<Installation> {
    return new Installation(await temporaryFolder(), [await freePort(), await freePort(), await freePort()]);
  }

  async start(program: 'standalone' | 'npm start' = 'standalone'): Promise<StartedProcess> {
    this.#running =
      program === 'standalone' ? await startProgram('standalone', this.env) : await startNpm(['start'], this.env);
    await this.#running.waitForLine(/Khabar is ready/, { timeoutMs: 90_000 });
    return this.#running;
  }

  async postgresPid(): Promise<number> {
    return Number((await readFile(join(this.env['KHABAR_DATA']!, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) {
      this.#running.signal('SIGTERM');
      await this.#running.ended;
    }
    const pid = await this.postgresPid().catch(() => null);
    if (pid !== null && isRunning(pid)) process.kill(pid, 'SIGINT');
    if (pid !== null) await eventually(() => !isRunning(pid));
    await this.folder[Symbol.asyncDispose]();
  }
}

describe('npm start', () => {
  let installation: Installation;
  let supervisor: StartedProcess;
  let seedCount: number;

  beforeAll(async () => {
    seedCount = (await readdir(join(WORKSPACE, 'seeds/articles'))).length;
    installation = await Installation.create();
    supervisor = await installation.start();
  });
  afterAll(() => installation[Symbol.asyncDispose]());

  test('says where the APIs are, what was read, and how to go on', () => {
    for (const fact of [
      installation.store,
      installation.fetcher,
      `${seedCount} stored`,
      'curl -s',
      'khabar sources add',
      'Ctrl-C',
    ]) {
      expect(supervisor.stdout).toContain(fact);
    }
  });

  test('stores every seed, and the founding sample once, as a clean article', async () => {
    const all = await articles(installation.store);
    expect(all).toHaveLength(seedCount);
    const samples = all.filter(({ title }) => title === HEADLINE);
    expect(samples).toHaveLength(1);
    const [sample] = samples;
    expect(sample).toMatchObject({
      externalId: '12101254',
      language: 'hi',
      kicker: 'China Russia',
      url: null,
      publishedAt: null,
      headings: ['व्यापक साझेदारी के विकास की समीक्षा', 'अमेरिका के हस्तक्षेप को खारिज कर दिया'],
      tags: ['China Russia', 'Putin And Xi Jinping'],
      revision: 1,
    });
    expect(sample!.extraction.warnings).toContain('no-date');
    expect(sample!.summary).toMatch(/^राष्ट्रपति शी जिनपिंग ने रूसी राष्ट्रपति/);
    const blocks = sample!.body!.split('\n\n');
    expect(blocks).toHaveLength(6);
    expect([blocks[2], blocks[4]]).toEqual(sample!.headings);
    expect(blocks[0]).toMatch(/^चीनी राष्ट्रपति शी जिनपिंग ने गुरुवार को/);
    expect(JSON.stringify(sample)).not.toMatch(/Advertisement|trendingNow|Trending news/);
  });

  test('lets each service into the database as a role of its own, and none as the owner', async () => {
    const folder = installation.env['KHABAR_DATA']!;
    const port = (await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n')[3];
    const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
    const client = new Client({ connectionString: `postgres://khabar:${password}@127.0.0.1:${port}/khabar` });
    await client.connect();
    const { rows } = await client.query<{ role: string; service: string }>(
      `SELECT DISTINCT usename AS role, split_part(application_name, ' ', 1) AS service FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY 1, 2`,
    );
    await client.end();
    expect(rows).toEqual([
      { role: 'khabar', service: 'khabar' }, // the supervisor
      { role: 'khabar_fetcher', service: 'fetcher' },
      { role: 'khabar_fetcher', service: 'khabar-fetcher' },
      { role: 'khabar_parser', service: 'parser' },
      { role: 'khabar_store', service: 'khabar-store' },
      { role: 'khabar_store', service: 'store' },
    ]);
  });

  test('finds the sample by a word in its own script', async () => {
    const found = await articles(installation.store, `q=${encodeURIComponent('पुतिन')}`);
    expect(found.map(({ title }) => title)).toContain(HEADLINE);
  });

  test('gives the sample the id that khabar parse gives it', async () => {
    const parsed = await khabar(['parse', `seeds/articles/${SAMPLE}`, '--json'], installation.env);
    expect(parsed.stderr).toBe('');
    const [stored] = (await articles(installation.store)).filter(({ title }) => title === HEADLINE);
    expect(JSON.parse(parsed.stdout)).toMatchObject({
      id: stored!.id,
      title: HEADLINE,
      contentHash: stored!.contentHash,
    });
  });

  test('announces the creation of each article once', async () => {
    const [sample] = (await articles(installation.store)).filter(({ title }) => title === HEADLINE);
    const tailed = await khabar(
      ['tail', 'news.changes.v1', '--from', 'beginning', '--no-follow', '--json'],
      installation.env,
    );
    expect(tailed.code).toBe(0);
    const changes = tailed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { data: { id: string; kind: string } });
    expect(changes.filter(({ data }) => data.id === sample!.id).map(({ data }) => data.kind)).toEqual(['created']);
    expect(new Set(changes.map(({ data }) => data.id)).size).toBe(seedCount);
  });

  test('a second instance on the same data says so and leaves the first alone', async () => {
    await using second = await startProgram('standalone', installation.env);
    expect((await second.ended).code).toBe(1);
    expect(second.output).toMatch(/already runs on these data.*KHABAR_DATA/);
    expect(await articleCount(installation.store)).toBe(seedCount);
  });

  test('brings back a service and a Postgres that were killed, and stores nothing twice', async () => {
    const children = (await readFile(`/proc/${supervisor.pid}/task/${supervisor.pid}/children`, 'utf8'))
      .trim()
      .split(' ')
      .map(Number);
    const postgres = await installation.postgresPid();
    const services = children.filter((pid) => pid !== postgres);
    expect(services).toHaveLength(3);
    for (const pid of [...services, postgres]) process.kill(pid, 'SIGKILL');
    await supervisor.waitForLine(/Postgres: is back/);
    await eventually(async () => (await fetch(`${installation.store}/health/ready`)).status === 200, {
      timeoutMs: 45_000,
    });
    for (const url of [installation.fetcher, installation.parser]) {
      await eventually(async () => (await fetch(`${url}/health/ready`)).status === 200, { timeoutMs: 45_000 });
    }
    const all = await articles(installation.store);
    expect(all.map(({ revision }) => revision)).toEqual(all.map(() => 1));
    expect(all).toHaveLength(seedCount);
  });

  test('after a kill -9 of the supervisor its services end by themselves, and the next start goes on with the same data', async () => {
    supervisor.signal('SIGKILL');
    supervisor = await installation.start();
    expect(await articleCount(installation.store)).toBe(seedCount);
  });

  test('SIGTERM stops everything with exit code 0', async () => {
    const postgres = await installation.postgresPid();
    supervisor.signal('SIGTERM');
    expect(await supervisor.ended).toEqual({ code: 0, signal: null });
    expect(isRunning(postgres)).toBe(false);
    await expect(fetch(installation.store)).rejects.toThrow();
  });

  test('npm start goes on with what there is, and SIGTERM to npm ends everything with exit code 0', async () => {
    const npm = await installation.start('npm start');
    expect(await articleCount(installation.store)).toBe(seedCount);
    const postgres = await installation.postgresPid();
    npm.signal('SIGTERM');
    expect(await npm.ended).toEqual({ code: 0, signal: null });
    expect(isRunning(postgres)).toBe(false);
    await expect(fetch(installation.store)).rejects.toThrow();
  });
});

describe('a start that cannot succeed', () => {
  test('names the port that is in use', async () => {
    await using installation = await Installation.create();
    const server = createServer().listen(Number(installation.env['PARSER_PORT']), '127.0.0.1');
    await using run = await startProgram('standalone', installation.env);
    expect((await run.ended).code).toBe(1);
    server.close();
    expect(run.output).toMatch(/Port \d+ \(parser\) is in use: .*PARSER_PORT/);
  });

  test('ends at once where a service has a wrong setting, and says which', async () => {
    await using installation = await Installation.create();
    await using run = await startProgram('standalone', { ...installation.env, POLL_INTERVAL: 'sometimes' });
    expect((await run.ended).code).toBe(1);
    expect(run.stderr).toContain('POLL_INTERVAL must be a time span');
    expect(run.output).not.toMatch(/starting it again|sometimes/);
  });

  test('names every wrong setting, and no value', async () => {
    await using run = await startProgram('standalone', { STORE_PORT: 'hush', LOG_FORMAT: 'verse' });
    expect((await run.ended).code).toBe(78);
    expect(run.stderr).toContain('STORE_PORT must be a whole number');
    expect(run.stderr).toContain('LOG_FORMAT must be one of');
    expect(run.output).not.toContain('hush');
  });

  test('says that the data folder is no folder', async () => {
    await using run = await startProgram('standalone', { KHABAR_DATA: join(WORKSPACE, 'package.json') });
    expect((await run.ended).code).toBe(1);
    expect(run.output).toMatch(/data folder .* is not a folder: .*KHABAR_DATA/);
  });
});
