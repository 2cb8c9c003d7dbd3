import { type CloudEvent, KhabarError, RAW_ARTICLES, encodeEvent } from '@khabar/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch, BatchHandler, BusListener, BusSettings, Outcome } from './bus.ts';
import { type Sending, consumeWith } from './consume.ts';
import { nameOf, rawEvent } from './contract/workbench.contract.ts';
import type { OutgoingRecord, RecordBatch } from './driver.ts';

const settings: BusSettings = {
  service: 'test',
  version: '1',
  kafkaBrokers: null,
  databaseUrl: null,
  maxAttempts: 3,
  retryBaseMs: 1,
  retryMaxMs: 2,
  batchMaxEvents: 100,
  batchMaxBytes: 1000,
  lingerMs: 0,
};

const fault = () => new KhabarError('flaky', 'May pass', { retriable: true });
const away = () => new KhabarError('away', 'Waits', { dependency: true });
const hopeless = () => new KhabarError('hopeless', 'No');

const prepare = (event: CloudEvent): Sending => ({
  record: { topic: 'out', key: event.subject, ...encodeEvent(event) },
  end: () => undefined,
});

/** A batch of raw articles, told by their names, and what was committed of it. */
class Log {
  readonly commits: bigint[] = [];
  readonly letters: OutgoingRecord[] = [];
  readonly stop = new AbortController();
  readonly batch: RecordBatch;

  constructor(names: readonly string[], commit = async (_next: bigint) => undefined as void) {
    const records = names.map((name, at) => {
      const event = rawEvent(name);
      const [topic, appendedAt] = [RAW_ARTICLES.name, event.time];
      return { topic, partition: 0, offset: BigInt(at), appendedAt, key: event.subject, ...encodeEvent(event) };
    });
    this.batch = {
      topic: RAW_ARTICLES.name,
      partition: 0,
      records,
      signal: this.stop.signal,
      commit: async (next) => {
        await commit(next);
        this.commits.push(next);
      },
    };
  }

  run(
    handle: BatchHandler<'news.raw.v1'>,
    listener: BusListener = {},
    send = async (records: readonly OutgoingRecord[]) => void this.letters.push(...records),
  ): Promise<void> {
    return consumeWith({ topic: RAW_ARTICLES, group: 'test', handle }, settings, listener, { prepare, send })(
      this.batch,
    );
  }
}

describe('the way of a batch through a handler', () => {
  /** What happens to one event at each of its tries; after the last of them it is done. */
  const fate = fc.array(fc.constantFrom('flaky', 'away', 'hopeless', 'throws', 'throws-away'), { maxLength: 4 });
  const story = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), fate }), {
    minLength: 1,
    maxLength: 12,
  });

  it('settles every event, in the order of its key, and commits only behind what is settled', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (events) => {
        const fates = events.map((event) => [...event.fate]);
        const settled = new Set<bigint>();
        const broken: string[] = []; // what is thrown in a handler would be taken as the event's fault
        const offsetsOfKey = (key: string) => events.flatMap((event, at) => (event.key === key ? [BigInt(at)] : []));
        const log = new Log(
          events.map(({ key }) => key),
          async (next) => {
            for (let offset = 0n; offset < next; offset += 1n) {
              if (!settled.has(offset)) broken.push(`${offset} is not settled, and ${next} committed`);
            }
          },
        );
        const handle = async (batch: Batch<'news.raw.v1'>): Promise<readonly Outcome[]> => {
          const offsets = batch.events.map(({ offset }) => offset);
          for (const { offset, event } of batch.events) {
            const earlier = offsetsOfKey(nameOf(event)).filter((each) => each < offset);
            if (!earlier.every((each) => settled.has(each) || offsets.includes(each)))
              broken.push(`${offset} too early`);
          }
          const now = offsets.map((offset) => fates[Number(offset)]!.shift() ?? 'done');
          if (now.includes('throws-away')) throw away();
          if (now.includes('throws')) throw fault();
          return offsets.map((offset, at) => {
            if (now[at] === 'flaky') return fault();
            if (now[at] === 'away') return away();
            if (now[at] === 'hopeless') return hopeless();
            settled.add(offset);
            return 'done';
          });
        };
        await log.run(handle, {}, async (letters) => {
          for (const { headers } of letters) settled.add(BigInt(headers['khabar-offset']!));
        });
        expect(broken).toEqual([]);
        expect(settled.size).toBe(events.length);
        expect(log.commits.at(-1)).toBe(BigInt(events.length));
        expect(log.commits).toEqual(log.commits.toSorted((a, b) => Number(a - b)));
      }),
      { numRuns: 60 },
    );
  });

  it('tries a commit again until it is made', async () => {
    let failures = 3;
    const disturbances: string[] = [];
    const log = new Log(['a', 'b'], async () => {
      if (failures-- > 0) throw new Error('No coordinator');
    });
    await log.run(async () => undefined, { disturbed: (what) => disturbances.push(what) });
    expect(log.commits).toEqual([2n]);
    expect(disturbances).toHaveLength(3);
  });

  it('begins nothing new once told to stop, and commits what is done', async () => {
    const log = new Log(['a', 'b', 'c']);
    let calls = 0;
    await log.run(async () => {
      calls += 1;
      log.stop.abort();
      return ['done', fault(), 'done'];
    });
    expect(calls).toBe(1);
    expect(log.commits).toEqual([1n]);
    expect(log.letters).toEqual([]);
  });

  it('concludes nothing from a handler that threw because it was told to stop', async () => {
    const log = new Log(['a']);
    await log.run(async () => {
      log.stop.abort();
      throw hopeless();
    });
    expect([log.commits, log.letters]).toEqual([[], []]);
  });

  it('does not wait out a pause when told to stop', async () => {
    const log = new Log(['a']);
    const retrying = () => log.stop.abort();
    const patient = { ...settings, retryBaseMs: 3_600_000, retryMaxMs: 3_600_000 };
    const request = { topic: RAW_ARTICLES, group: 'test', handle: async () => [fault()] };
    await consumeWith(request, patient, { retrying }, { prepare, send: async () => undefined })(log.batch);
    expect(log.commits).toEqual([]);
  });

  it('leaves uncommitted what it could not put among the dead letters before it was told to stop', async () => {
    const log = new Log(['a', 'b']);
    const send = async () => {
      log.stop.abort();
      throw new Error('No broker');
    };
    await log.run(async () => ['done', hopeless()], {}, send);
    expect(log.commits).toEqual([1n]);
  });

  it('waits for a dependency with the whole batch, and tells so once a pause', async () => {
    const log = new Log(['a', 'b', 'c']);
    const sizes: number[] = [];
    const told: string[] = [];
    const handle = async (batch: Batch) => {
      sizes.push(batch.events.length);
      if (sizes.length < 4) throw away();
    };
    await log.run(handle, { disturbed: (what) => told.push(what), retrying: () => told.push('retrying') });
    expect(sizes).toEqual([3, 3, 3, 3]);
    expect(told).toHaveLength(3);
    expect(log.commits).toEqual([3n]);
  });

  it('finds the event whose output is refused for good, and publishes what came of its neighbours', async () => {
    const log = new Log(['a', 'b', 'c']);
    const sent: string[][] = [];
    const handle = async (batch: Batch<'news.raw.v1'>) => batch.events.map(({ event }) => ({ publish: [event] }));
    await log.run(handle, {}, async (records) => {
      if (records[0]!.topic !== 'out') return void log.letters.push(...records);
      sent.push(records.map(({ key }) => key!));
      if (records.some(({ key }) => key === rawEvent('b').subject)) throw hopeless();
    });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => rawEvent(name).subject) as [string, string, string];
    expect(sent).toEqual([[a, b, c], [a], [b], [c]]);
    expect(log.letters.map(({ key }) => key)).toEqual([b]);
    expect(log.commits.at(-1)).toBe(3n);
  });
});
