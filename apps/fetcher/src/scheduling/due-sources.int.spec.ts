import { KhabarError, rawArticleIdOfGuid, sourceId } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { type AnnouncedForm, announcedForms } from '../frontier/announced.ts';
import { Source } from '../sources/source.entity.ts';
import {
  type LeasedSource,
  type PollResult,
  finishPoll,
  keepProgress,
  leaseDueSources,
  leaseSource,
  renewLeases,
} from './due-sources.ts';

const MINUTE = 60_000;
const HASH = 'ab'.repeat(32);

describe('leases of due sources', () => {
  let test: TestDatabase;
  let database: DataSource;
  let rival: DataSource;

  beforeAll(async () => {
    test = await createTestDatabase();
    [database, rival] = (await Promise.all([1, 2].map(() => openDatabase(test.url)))) as [DataSource, DataSource];
  });
  afterAll(async () => {
    await database?.destroy();
    await rival?.destroy();
    await test?.drop();
  });
  beforeEach(() => database.query('DELETE FROM fetcher.source'));

  /** A source that has been due for so long; null is not due at all. */
  async function insert(name: string, dueForMs: number | null): Promise<string> {
    const address = `https://example.org/${name}`;
    const id = sourceId('feed', address);
    const nextPollAt = dueForMs === null ? null : new Date(Date.now() - dueForMs);
    await database.getRepository(Source).insert({ id, kind: 'feed', address, nextPollAt });
    return id;
  }
  const read = (id: string) => database.getRepository(Source).findOneByOrFail({ id });
  const lease = async (id: string) => (await leaseSource(database, id, MINUTE)) as LeasedSource;
  const form = (name: string, contentHash = HASH): AnnouncedForm => {
    return { id: rawArticleIdOfGuid('source', name), contentHash, fileStamp: null, holder: null };
  };
  const counts = { published: 3, rejected: 1 };
  const succeeded: PollResult = {
    ...{ kind: 'succeeded', nextPollAt: new Date(Date.now() + MINUTE), status: 200, unchanged: false, counts },
    ...{ etag: '"1"', lastModified: null, movedTo: null, title: 'Theirs', siteUrl: 'https://example.org/' },
  };
  const failed: PollResult = {
    ...{ kind: 'failed', nextPollAt: new Date(Date.now() + MINUTE), status: 500, counts },
    reason: new KhabarError('http-500', 'example.org has a fault of its own'),
  };

  it('takes what is due, the longest due first, and no more than asked for', async () => {
    const [old, older] = [await insert('old', 1000), await insert('older', 5000)];
    await insert('later', -MINUTE);
    await insert('never', null);
    expect((await leaseDueSources(database, 1, MINUTE)).map(({ id }) => id)).toEqual([older]);
    expect((await leaseDueSources(database, 10, MINUTE)).map(({ id }) => id)).toEqual([old]);
    expect(await leaseDueSources(database, 10, MINUTE)).toEqual([]);
  });

  it('never gives one source to two who ask at once', async () => {
    for (let at = 0; at < 60; at += 1) await insert(`source-${at}`, at);
    const askers = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? database : rival));
    const taken = (await Promise.all(askers.map((asker) => leaseDueSources(asker, 5, MINUTE)))).flat();
    const rest = await leaseDueSources(database, 100, MINUTE);
    expect(new Set([...taken, ...rest].map(({ id }) => id)).size).toBe(taken.length + rest.length);
    expect(taken.length + rest.length).toBe(60);
  });

  it('passes over a row that another transaction holds', async () => {
    const id = await insert('held', 1000);
    await rival.transaction(async (transaction) => {
      await transaction.query('SELECT 1 FROM fetcher.source WHERE id = $1 FOR UPDATE', [id]);
      expect(await leaseDueSources(database, 10, MINUTE)).toEqual([]);
    });
    expect(await leaseDueSources(database, 10, MINUTE)).toHaveLength(1);
  });

  it('gives a source to another when its lease has lapsed, and not while it is renewed', async () => {
    const id = await insert('orphan', 1000);
    const [first] = await leaseDueSources(database, 1, -1000);
    await renewLeases(database, [first!], MINUTE);
    expect(await leaseDueSources(rival, 1, MINUTE)).toEqual([]);
    await renewLeases(database, [first!], -1000);
    const [second] = await leaseDueSources(rival, 1, MINUTE);
    expect(second!.id).toBe(id);
    await renewLeases(database, [first!], 10 * MINUTE);
    expect((await read(id)).leaseUntil!.getTime()).toBeLessThan(Date.now() + 2 * MINUTE);
  });

  it('takes one source by its id unless it is taken, paused or no more', async () => {
    const id = await insert('one', null);
    expect(await leaseSource(database, id, MINUTE)).toMatchObject({ id });
    expect(await leaseSource(database, id, MINUTE)).toBe('busy');
    await database.getRepository(Source).update({ id }, { paused: true, leaseUntil: null });
    expect(await leaseSource(database, id, MINUTE)).toBe('none');
    expect(await leaseSource(database, sourceId('feed', 'https://example.org/no'), MINUTE)).toBe('none');
  });

  it('finds what is due by an index, however many sources there are', async () => {
    const plan: { 'QUERY PLAN': string }[] = await database.transaction(async (transaction) => {
      await transaction.query('SET LOCAL enable_seqscan = off');
      return transaction.query(
        'EXPLAIN SELECT id FROM fetcher.source WHERE next_poll_at <= now() ORDER BY next_poll_at LIMIT 9',
      );
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/Index (?:Only )?Scan using source_due/);
  });

  describe('at the end of a poll', () => {
    it('writes validators, frontier and next poll together and gives the lease back', async () => {
      const id = await insert('feed', 1000);
      expect(await finishPoll(database, await lease(id), [form('a'), form('b')], succeeded)).toBe(true);
      expect(await read(id)).toMatchObject({
        ...{ leaseToken: null, leaseUntil: null, etag: '"1"', title: 'Theirs', siteUrl: 'https://example.org/' },
        ...{ lastStatus: 200, pollCount: 1, publishedCount: 3, rejectedCount: 1, failureCount: 0 },
        nextPollAt: succeeded.nextPollAt,
        fetchedAt: expect.any(Date),
      });
      const known = await announcedForms(database, id, [form('a').id, form('c').id]);
      expect([...known.values()]).toEqual([form('a')]);
    });

    it('writes nothing at all when the lease was lost', async () => {
      const id = await insert('feed', 1000);
      const lost = await lease(id);
      await database.getRepository(Source).update({ id }, { leaseUntil: new Date(0) });
      const current = await leaseSource(rival, id, MINUTE);
      const before = await read(id);
      expect(await keepProgress(database, lost, [form('a')])).toBe(false);
      expect(await finishPoll(database, lost, [form('a')], succeeded)).toBe(false);
      expect(await read(id)).toEqual(before);
      expect(await announcedForms(database, id, [form('a').id])).toEqual(new Map());
      expect(await finishPoll(rival, current as LeasedSource, [form('a')], succeeded)).toBe(true);
    });

    it('writes nothing for a source that was removed in the meantime', async () => {
      const id = await insert('feed', 1000);
      const lost = await lease(id);
      await database.getRepository(Source).delete({ id });
      expect(await finishPoll(database, lost, [form('a')], succeeded)).toBe(false);
    });

    it('keeps the title that was given by hand', async () => {
      const id = await insert('feed', 1000);
      await database.getRepository(Source).update({ id }, { title: 'Ours' });
      await finishPoll(database, await lease(id), [], succeeded);
      expect((await read(id)).title).toBe('Ours');
    });

    it('counts failures in a row, remembers since when, and forgets where a redirect led', async () => {
      const id = await insert('feed', 1000);
      await database.getRepository(Source).update({ id }, { movedTo: 'https://elsewhere.example/' });
      await finishPoll(database, await lease(id), [], failed);
      const { failingSince } = await read(id);
      await finishPoll(database, await lease(id), [], failed);
      expect(await read(id)).toMatchObject({
        ...{ failingSince, failuresInRow: 2, failureCount: 2, errorCode: 'http-500', movedTo: null, fetchedAt: null },
        errorMessage: 'example.org has a fault of its own',
      });
      await finishPoll(database, await lease(id), [], succeeded);
      expect(await read(id)).toMatchObject({
        failingSince: null,
        failuresInRow: 0,
        failureCount: 2,
        errorCode: 'http-500',
      });
    });

    it('leaves validators alone when the poll failed', async () => {
      const id = await insert('feed', 1000);
      await finishPoll(database, await lease(id), [], succeeded);
      await finishPoll(database, await lease(id), [], failed);
      expect((await read(id)).etag).toBe('"1"');
    });

    it('makes a source that was asked for meanwhile due at once, and one that was paused not at all', async () => {
      const [asked, paused] = [await insert('asked', 1000), await insert('paused', 1000)];
      const [ofAsked, ofPaused] = [await lease(asked), await lease(paused)];
      await database.query('UPDATE fetcher.source SET poll_asked_at = clock_timestamp() WHERE id = $1', [asked]);
      await database.getRepository(Source).update({ id: paused }, { paused: true, nextPollAt: null });
      await finishPoll(database, ofAsked, [], succeeded);
      await finishPoll(database, ofPaused, [], succeeded);
      expect((await read(asked)).nextPollAt!.getTime()).toBeLessThanOrEqual(Date.now());
      expect((await read(paused)).nextPollAt).toBeNull();
    });

    it('leaves the plan alone where only changes were looked at', async () => {
      const id = await insert('folder', -MINUTE);
      const { nextPollAt } = await read(id);
      await finishPoll(database, await lease(id), [], { ...succeeded, nextPollAt: 'keep' });
      expect((await read(id)).nextPollAt).toEqual(nextPollAt);
    });

    it('changes nothing but the plan when it was interrupted', async () => {
      const id = await insert('feed', 1000);
      const nextPollAt = new Date(Date.now() + 5000);
      await finishPoll(database, await lease(id), [form('a')], { kind: 'interrupted', nextPollAt });
      expect(await read(id)).toMatchObject({
        nextPollAt,
        leaseToken: null,
        pollCount: 0,
        failuresInRow: 0,
        errorCode: null,
      });
      expect((await announcedForms(database, id, [form('a').id])).size).toBe(1);
    });
  });

  it('remembers the newest form of what was announced', async () => {
    const id = await insert('feed', 1000);
    const held = await lease(id);
    await keepProgress(database, held, [form('a')]);
    const holder = { identity: '12'.repeat(32), title: '34'.repeat(32) };
    const newest = { ...form('a', 'cd'.repeat(32)), fileStamp: '1:2:3:4', holder };
    await keepProgress(database, held, [newest]);
    expect(await announcedForms(database, id, [newest.id])).toEqual(new Map([[newest.id, newest]]));
  });
});
