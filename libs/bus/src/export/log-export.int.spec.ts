import { join } from 'node:path';
import { KhabarError, deadLetterTopic } from '@khabar/contracts';
import {
  type TestDatabase,
  createTestDatabase,
  describeKafka,
  eventually,
  nodeArgumentsFor,
  startProcess,
  uniqueName,
} from '@khabar/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import type { Batch, Outcome } from '../handling.ts';
import type { StoredRecord } from '../log-state.ts';
import {
  Workbench,
  lagOf,
  nameOf,
  namesOf,
  rawEvent,
  rawEvents,
  readAll,
  remember,
} from '../contract/workbench.contract.ts';
import type { ExportSettings } from './log-export.ts';
import { openLogExport } from './open-log-export.ts';

/** A handler that is done with some events and leaves the others for another time. */
function leaveAllBut(names: ReadonlySet<string>) {
  const later = new KhabarError('database-unavailable', 'later', { dependency: true });
  return async (batch: Batch<'news.raw.v1'>): Promise<Outcome[]> =>
    namesOf(batch).map((name) => (names.has(name) ? 'done' : later));
}

const program = join(import.meta.dirname, '../../fixtures/export-in-a-process/main.ts');

describeKafka('the export of the embedded log to Kafka', (kafkaBrokers) => {
  let database: TestDatabase;
  let bench: Workbench;
  let embedded: Bus;
  let kafka: Bus;

  beforeEach(async () => {
    database = await createTestDatabase();
    bench = new Workbench({ kafkaBrokers: null, databaseUrl: database.url });
    embedded = await bench.ready();
    kafka = await bench.bus({ kafkaBrokers, databaseUrl: null });
  });
  afterEach(async () => {
    await bench?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  function settings(overrides: Partial<ExportSettings> = {}): ExportSettings {
    const { signal } = new AbortController();
    return { databaseUrl: database.url, kafkaBrokers, services: ['the-parser'], dryRun: false, signal, ...overrides };
  }

  async function exportAll(): Promise<number> {
    await using move = await openLogExport(settings());
    let records = 0;
    await move.run((more) => (records += more));
    return records;
  }

  /** What a consumer of committed records may tell of a record, by partition in order. */
  async function contentOf(bus: Bus): Promise<Record<string, unknown>[][]> {
    const records = await readAll(bus, bench.raw);
    return Array.from({ length: bench.raw.partitions }, (_, at) =>
      records
        .filter(({ partition }) => partition === at)
        .map(({ key, headers, value, appendedAt }: StoredRecord) => ({ key, headers, value, appendedAt })),
    );
  }

  /** Has a group handle so many events, or all, and leaves. */
  async function consume(bus: Bus, group: string, events: number): Promise<string[]> {
    const seen = remember();
    const consuming = await bus.subscribe({ topic: bench.raw, group, handle: seen.handle });
    await eventually(() => seen.names.length >= events);
    await consuming.close();
    return seen.names;
  }

  it('brings every record into its partition, in order and as it was, and every group to where it was', async () => {
    await embedded.publish(rawEvents(60, 'read-'));
    await consume(embedded, bench.group, 60);
    await embedded.publish(rawEvents(40, 'unread-'));
    await consume(embedded, `${bench.group}-all`, 100);
    expect(await exportAll()).toBe(100);
    expect(await contentOf(kafka)).toEqual(await contentOf(embedded));
    const state = (await kafka.topics()).find(({ name }) => name === bench.raw.name)!;
    expect(state).toMatchObject({ retentionMs: bench.raw.retentionMs, maxMessageBytes: bench.raw.maxMessageBytes });
    expect((await kafka.topics()).map(({ name }) => name)).toContain(deadLetterTopic(bench.raw).name);
    expect(await lagOf(kafka, `${bench.group}-all`, bench.raw)).toBe(0n);
    const names = await consume(kafka, bench.group, 40);
    expect(names.toSorted()).toEqual(rawEvents(40, 'unread-').map(nameOf).toSorted());
  });

  it('goes on after a kill in the middle: nothing is lost, nothing doubled', async () => {
    for (let at = 0; at < 8; at += 1) {
      await embedded.publish(Array.from({ length: 500 }, (_, of) => rawEvent(`${at}-${of}`, 'x'.repeat(2_000))));
    }
    const args = [...nodeArgumentsFor(program), database.url, kafkaBrokers.join(',')];
    await using killed = await startProcess(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...args]);
    await killed.waitForLine(/ of /);
    await killed.kill();
    const rest = await exportAll();
    expect(rest).toBeGreaterThan(0);
    expect(rest).toBeLessThan(4_000);
    expect(await contentOf(kafka)).toEqual(await contentOf(embedded));
  });

  it('brings over what came since the last run, and without it does nothing', async () => {
    await embedded.publish(rawEvents(20, 'early-'));
    await consume(embedded, bench.group, 20);
    expect(await exportAll()).toBe(20);
    expect(await exportAll()).toBe(0);
    await embedded.publish(rawEvents(10, 'late-'));
    expect(await exportAll()).toBe(10);
    expect(await contentOf(kafka)).toEqual(await contentOf(embedded));
    expect((await consume(kafka, bench.group, 10)).toSorted()).toEqual(rawEvents(10, 'late-').map(nameOf).toSorted());
  });

  it('has a group that has handled more since the last run go on where it is now', async () => {
    await embedded.publish(rawEvents(60));
    const waiting = await embedded.subscribe({ topic: bench.raw, group: bench.group, handle: leaveAllBut(new Set()) });
    await waiting.close();
    expect(await exportAll()).toBe(60);
    const done = new Set(rawEvents(30).map(nameOf));
    const consuming = await embedded.subscribe({
      topic: bench.raw,
      group: bench.group,
      handle: leaveAllBut(done),
    });
    await eventually(async () => (await lagOf(embedded, bench.group, bench.raw))! < 50n);
    await consuming.close();
    const [state] = await embedded.groups([bench.group], [bench.raw.name]);
    const nexts = new Map(state!.partitions.map(({ partition, nextOffset }) => [partition, nextOffset]));
    const left = (await readAll(embedded, bench.raw)).filter(
      ({ partition, offset }) => offset >= nexts.get(partition)!,
    );
    expect(left.length).toBeLessThan(50);
    await embedded.publish(rawEvents(5, 'late-'));
    expect(await exportAll()).toBe(5);
    expect(await exportAll()).toBe(0);
    expect(await lagOf(embedded, bench.group, bench.raw)).toBe(BigInt(left.length + 5));
    const names = await consume(kafka, bench.group, left.length + 5);
    const late = rawEvents(5, 'late-').map(nameOf);
    const keyed = new Map(rawEvents(60).map((event) => [event.subject, nameOf(event)]));
    expect(names.toSorted()).toEqual([...left.map(({ key }) => keyed.get(key!)!), ...late].toSorted());
  });

  it('has numbered publishers go on behind their last number', async () => {
    const name = uniqueName('relay');
    const publisher = await embedded.numberedPublisher(name);
    await publisher.publish(7n, rawEvents(3));
    expect(await exportAll()).toBe(3);
    const there = await kafka.numberedPublisher(name);
    expect(there.last).toBe(7n);
    await there.publish(8n, rawEvents(1, 'of-kafka-'));
    expect(await exportAll()).toBe(0);
    expect((await kafka.numberedPublisher(name)).last).toBe(8n);
  });

  it('only tells what it would do in a dry run', async () => {
    await embedded.publish(rawEvents(20));
    await using move = await openLogExport(settings({ dryRun: true }));
    const topic = move.topics.find(({ name }) => name === bench.raw.name);
    expect(topic).toMatchObject({ exported: 0n, left: 20n, exists: false, groups: [] });
    expect(await kafka.topics()).toEqual([]);
  });

  it('refuses while a group or a service works with the log', async () => {
    const consuming = await embedded.subscribe({ topic: bench.raw, group: bench.group, handle: remember().handle });
    await expect(openLogExport(settings())).rejects.toMatchObject({ code: 'log-in-use' });
    await consuming.close();
    const service = await bench.bus({ service: 'the-parser' });
    await service.topics();
    await expect(openLogExport(settings())).rejects.toMatchObject({
      code: 'log-in-use',
      message: expect.stringContaining('the-parser'),
    });
  });

  it('refuses a topic with records of others, or with another number of partitions', async () => {
    await embedded.publish(rawEvents(5));
    await kafka.ensureTopics([bench.raw, deadLetterTopic(bench.raw)]);
    await kafka.publish(rawEvents(1, 'of-another-'));
    await expect(openLogExport(settings())).rejects.toMatchObject({ code: 'foreign-records' });
    await embedded.ensureTopics([bench.changes]);
    await kafka.ensureTopics([{ ...bench.changes, partitions: 5 }]);
    await expect(openLogExport(settings())).rejects.toMatchObject({ code: 'other-partitions' });
  });

  it('refuses to go on where somebody has written since', async () => {
    await embedded.publish(rawEvents(20, 'early-'));
    await exportAll();
    await embedded.publish(rawEvents(20, 'late-'));
    await kafka.publish(rawEvents(20, 'of-another-'));
    await expect(openLogExport(settings())).rejects.toMatchObject({ code: 'foreign-records' });
  });

  it('says that there is no log to export', async () => {
    await using empty = await createTestDatabaseToDrop();
    await expect(openLogExport(settings({ databaseUrl: empty.url }))).rejects.toMatchObject({ code: 'no-log' });
  });
});

async function createTestDatabaseToDrop(): Promise<TestDatabase & AsyncDisposable> {
  const database = await createTestDatabase();
  return { ...database, [Symbol.asyncDispose]: () => database.drop() };
}
