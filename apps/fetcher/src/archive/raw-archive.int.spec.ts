import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listArchive, readArchive } from '@khabar/archive';
import { CONSUMER_GROUPS, RAW_ARTICLES, rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FetcherUnderTest, startFetcher } from '../fetcher.fixture.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'khabar-raw-archive-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const start = (archive: string) => startFetcher(database.url, { RAW_ARCHIVE: archive });

/** Publishes so many raw articles, each of its own id, and returns the ids of their events. */
async function publish({ bus }: FetcherUnderTest, count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () =>
    rawArticleEvent({ ...rawArticleExample, id: crypto.randomUUID() }),
  );
  await bus.publish(events);
  return events.map(({ id }) => id);
}

async function archived(within = folder): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of readArchive(await listArchive(within), () => undefined)) ids.push(event.id);
  return ids;
}

async function lag({ bus }: FetcherUnderTest): Promise<bigint | undefined> {
  return (await bus.groups([CONSUMER_GROUPS.archive], [RAW_ARTICLES.name]))[0]?.lag;
}

describe('the archive of raw articles', () => {
  it('has every raw article once, from start to start, and says so in health and metrics', async () => {
    const ids: string[] = [];
    for (const count of [40, 2]) {
      await using fetcher = await start(folder);
      ids.push(...(await publish(fetcher, count)));
      await eventually(async () => (await lag(fetcher)) === 0n);
      expect((await fetcher.call('GET', '/health/ready')).json).toMatchObject({
        details: { archive: { status: 'up', detail: `writes to ${folder}` } },
      });
      expect(await fetcher.metrics()).toMatch(new RegExp(`khabar_fetcher_archived_total{.*} ${count}\n`));
      expect(await fetcher.metrics()).toMatch(/khabar_fetcher_archived_bytes_total{.*} [1-9]\d+\n/);
    }
    expect((await archived()).sort()).toEqual(ids.sort());
  });

  it('is shared by fetchers, each with files of its own', async () => {
    await using one = await start(folder);
    await using two = await start(folder);
    const ids = await publish(one, 100);
    await eventually(async () => (await lag(two)) === 0n);
    expect(new Set(await archived())).toEqual(new Set(ids));
  });

  it('waits for a disk that cannot be written to, is not ready meanwhile, and has lost nothing', async () => {
    await using fetcher = await start(folder);
    const day = join(folder, new Date().toISOString().slice(0, 10));
    await writeFile(day, 'in the way');
    const ids = await publish(fetcher, 5);
    await eventually(async () => (await fetcher.call('GET', '/health/ready')).status === 503);
    const { json } = await fetcher.call('GET', '/health/ready');
    expect(json).toMatchObject({ details: { archive: { status: 'down' }, bus: { status: 'up' } } });
    expect(await lag(fetcher)).toBe(5n);
    await rm(day);
    await eventually(async () => (await lag(fetcher)) === 0n, { timeoutMs: 30_000 });
    expect((await archived()).sort()).toEqual(ids.sort());
    expect((await fetcher.call('GET', '/health/ready')).status).toBe(200);
  });

  it('starts without its disk, is not ready until that is there, and has lost nothing', async () => {
    const mount = join(folder, 'mount');
    await writeFile(mount, 'not mounted yet');
    await using fetcher = await start(mount);
    const ids = await publish(fetcher, 5);
    expect(await fetcher.call('GET', '/health/ready')).toMatchObject({
      status: 503,
      json: { details: { archive: { status: 'down' }, bus: { status: 'up' } } },
    });
    expect((await fetcher.call('GET', '/api/v1/sources')).status).toBe(200);
    await rm(mount);
    await eventually(async () => (await lag(fetcher)) === 0n, { timeoutMs: 30_000 });
    expect((await archived(mount)).sort()).toEqual(ids.sort());
    expect((await fetcher.call('GET', '/health/ready')).status).toBe(200);
  });

  it('leaves no group behind that would hold back the log, where it is switched off later', async () => {
    await using on = await start(folder);
    await publish(on, 3);
    await eventually(async () => (await lag(on)) === 0n);
    await on.close();
    await using off = await start('');
    await eventually(async () => (await lag(off)) === undefined);
  });
});
