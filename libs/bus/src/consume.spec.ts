import { type CloudEvent, KhabarError, RAW_ARTICLES, encodeEvent } from '@khabar/contracts';
import { eventually } from '@khabar/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch, BatchHandler, Outcome } from './handling.ts';
import type { BusListener, BusSettings } from './settings.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { consumeWith } from './consume.ts';
import type { Sending } from './outlet.ts';
import { nameOf, rawEvent } from './contract/workbench.contract.ts';
import type { ConsumedRecord, OutgoingRecord, PartitionWork } from './driver.ts';

const settings: BusSettings = {
  service: 'test',
  version: '1',
  kafkaBrokers: null,
  databaseUrl: null,
  maxAttempts: 3,
  retryBaseMs: 1,
  retryMaxMs: 2,
  batchMaxEvents: 100,
  batchMaxBytes: 1024 * 1024,
  lingerMs: 0,
  transactions: false,
  maxBytesInFlight: 32 * 1024 * 1024,
};

const fault = () => new KhabarError('flaky', 'May pass', { retriable: true });
const away = () => new KhabarError('away', 'Waits', { dependency: true });
const hopeless = () => new KhabarError('hopeless', 'No');

const prepare = (event: CloudEvent): Sending => ({
  record: { topic: 'out', key: event.subject, ...encodeEvent(event) },
  end: () => undefined,
});

/** A partition of raw articles, told by their names, and what was committed of it. */
class Log {
  readonly commits: bigint[] = [];
  readonly letters: OutgoingRecord[] = [];
  readonly records: ConsumedRecord[];
  readonly inFlight: BytesInFlight;
  work!: PartitionWork;
  #settled = Promise.withResolvers<void>();

  constructor(
    names: readonly string[],
    private readonly commit = async (_next: bigint, _outputs: readonly OutgoingRecord[]) => undefined as void,
    private readonly overrides: Partial<BusSettings> = {},
  ) {
    this.inFlight = new BytesInFlight(overrides.maxBytesInFlight ?? settings.maxBytesInFlight);
    this.records = names.map((name, at) => {
      const event = rawEvent(name);
      const [topic, appendedAt] = [RAW_ARTICLES.name, event.time];
      return { topic, partition: 0, offset: BigInt(at), appendedAt, key: event.subject, ...encodeEvent(event) };
    });
  }

  begin(
    handle: BatchHandler<'news.raw.v1'>,
    listener: BusListener = {},
    send = async (records: readonly OutgoingRecord[]) => void this.letters.push(...records),
  ): PartitionWork {
    const request = { topic: RAW_ARTICLES, group: 'test', handle };
    const outlet = { prepare, send, report: () => undefined };
    const all = { ...settings, ...this.overrides };
    this.work = consumeWith(request, { settings: all, listener, outlet, inFlight: this.inFlight })({
      partition: 0,
      commit: async (next, outputs = []) => {
        await this.commit(next, outputs);
        this.letters.push(...outputs);
        this.commits.push(next);
        if (next === BigInt(this.records.length)) this.#settled.resolve();
      },
    });
    return this.work;
  }

  /** Resolves when all is committed. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Until all is committed, or the work was stopped. */
  async run(...how: Parameters<Log['begin']>): Promise<void> {
    const work = this.begin(...how);
    const taken = work.take(this.records);
    await Promise.race([this.#settled.promise, this.#stopped.promise]);
    await Promise.all([work.finish(), taken]);
  }

  readonly #stopped = Promise.withResolvers<void>();

  stop(): void {
    void this.work.stop();
    this.#stopped.resolve();
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
      log.stop();
      return ['done', fault(), 'done'];
    });
    expect(calls).toBe(1);
    expect(log.commits).toEqual([1n]);
    expect(log.letters).toEqual([]);
  });

  it('concludes nothing from a handler that threw because it was told to stop', async () => {
    const log = new Log(['a']);
    await log.run(async () => {
      log.stop();
      throw hopeless();
    });
    expect([log.commits, log.letters]).toEqual([[], []]);
  });

  it('does not wait out a pause when told to stop', async () => {
    const log = new Log(['a'], undefined, { retryBaseMs: 3_600_000, retryMaxMs: 3_600_000 });
    await log.run(async () => [fault()], { retrying: () => log.stop() });
    expect(log.commits).toEqual([]);
  });

  it('leaves uncommitted what it could not put among the dead letters before it was told to stop', async () => {
    const log = new Log(['a', 'b']);
    const send = async () => {
      log.stop();
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

  it('takes no more while a batch is in line or the bytes in flight are spent, but one record of a partition that holds none', async () => {
    const log = new Log(['a', 'b', 'c'], undefined, { maxBytesInFlight: 1, batchMaxEvents: 1 });
    const gate = Promise.withResolvers<void>();
    const work = log.begin(() => gate.promise);
    const rooms: number[] = [];
    void work.take(log.records.slice(0, 1)).then(() => rooms.push(1));
    const other = new Log(['d', 'e'], undefined, { maxBytesInFlight: 1 });
    await eventually(() => log.inFlight.spent);
    expect(rooms).toEqual([]);
    expect(other.inFlight.used).toBe(0);
    gate.resolve();
    await eventually(() => rooms.length === 1);
    expect(log.inFlight.used).toBe(0);
    await work.finish();
  });

  it('has no more batches in hand than it may; those of other partitions wait undecoded, and go when theirs goes', async () => {
    const [inFlight, outlet] = [
      new BytesInFlight(settings.maxBytesInFlight),
      { prepare, send: async () => undefined, report: () => undefined },
    ];
    const begun: number[] = [];
    const gate = Promise.withResolvers<void>();
    const handle = ({ partition }: Batch<'news.raw.v1'>) => {
      begun.push(partition);
      return gate.promise;
    };
    const request = { topic: RAW_ARTICLES, group: 'test', handle, batchesAtOnce: 2 };
    const consume = consumeWith(request, { settings, listener: {}, outlet, inFlight });
    const committed: number[] = [];
    const works = [0, 1, 2, 3].map((partition) =>
      consume({ partition, commit: async () => void committed.push(partition) }),
    );
    for (const [partition, work] of works.entries()) {
      void work.take(new Log(['a', 'b']).records.map((record) => ({ ...record, partition })));
    }
    await eventually(() => begun.length === 2);
    await works[2]!.lose();
    gate.resolve();
    await eventually(() => committed.length === 3);
    expect(begun).toEqual([0, 1, 3]);
    expect(committed.sort()).toEqual([0, 1, 3]);
    await Promise.all(works.map((work) => work.finish()));
    expect(inFlight.used).toBe(0);
  });

  it('gives the bytes of what it held back when the partition is taken away, and commits nothing any more', async () => {
    const log = new Log(['a', 'b', 'c']);
    const gate = Promise.withResolvers<void>();
    const work = log.begin(() => gate.promise);
    await work.take(log.records);
    expect(log.inFlight.used).toBeGreaterThan(0);
    const lost = work.lose();
    gate.resolve();
    await lost;
    expect(log.inFlight.used).toBe(0);
    expect(log.commits).toEqual([]);
    await work.take(log.records);
    expect(log.inFlight.used).toBe(0);
  });

  it('begins nothing more when too much waits behind one key, and goes on when that is done', async () => {
    const names = Array.from({ length: 1_500 }, (_, at) => (at === 0 || at % 5 > 0 ? 'stuck' : `free-${at}`));
    const log = new Log(names);
    let open = false;
    const done: bigint[] = [];
    const running = log.run(async ({ events }) =>
      events.map(({ event, offset }) => {
        if (!open && nameOf(event) === 'stuck') return away();
        done.push(offset);
        return 'done';
      }),
    );
    await eventually(() => done.length >= 200);
    expect(done.at(-1)).toBeLessThan(1_400n);
    expect(log.commits).toEqual([]);
    open = true;
    await running;
    expect(done).toHaveLength(1_500);
    expect(log.commits.at(-1)).toBe(1_500n);
  });

  it('loses nothing and keeps the order of keys while the partition comes and goes', async () => {
    const pages = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
    const rebalances = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(story, pages, rebalances, async (events, sizes, callsUntilLost) => {
        const fates = events.map((event) => [...event.fate]);
        const settled = new Set<bigint>();
        const broken: string[] = [];
        let committed = 0n;
        const names = events.map(({ key }) => key);
        for (const calls of [...callsUntilLost, Infinity]) {
          let [left, isLost] = [calls, false];
          const log = new Log(names, async (next) => {
            if (isLost) broken.push(`${next} committed for another`);
            for (let at = 0n; at < next; at += 1n) if (!settled.has(at)) broken.push(`${at} lost by ${next}`);
            committed = next;
          });
          const lost = Promise.withResolvers<void>();
          const lastOfKey = new Map<string, bigint>();
          const handle = async ({ events: batch }: Batch<'news.raw.v1'>): Promise<Outcome[]> => {
            left -= 1;
            if (left < 0) {
              isLost = true;
              void work.lose();
              lost.resolve();
            }
            const now = batch.map(({ offset }) => fates[Number(offset)]!.shift() ?? 'done');
            if (now.includes('throws-away')) throw away();
            if (now.includes('throws')) throw fault();
            const waiting = new Set<string>();
            return batch.map(({ offset, event, key }, at): Outcome => {
              if (waiting.has(key)) return away();
              if (now[at] === 'flaky' || now[at] === 'away') waiting.add(key);
              if (now[at] === 'flaky') return fault();
              if (now[at] === 'away') return away();
              if (now[at] === 'hopeless') return hopeless();
              if ((lastOfKey.get(nameOf(event)) ?? -1n) >= offset) broken.push(`${offset} out of order`);
              lastOfKey.set(nameOf(event), offset);
              if (!isLost) settled.add(offset);
              return 'done';
            });
          };
          const work = log.begin(handle, {}, async (letters) => {
            for (const { headers } of letters) settled.add(BigInt(headers['khabar-offset']!));
          });
          const all = (async () => {
            for (let at = Number(committed), page = 0; at < names.length; page += 1) {
              const size = sizes[page % sizes.length]!;
              await work.take(log.records.slice(at, at + size));
              at += size;
            }
            if (committed < BigInt(names.length)) await log.settled;
          })();
          await Promise.race([all, lost.promise]);
          await work.finish();
        }
        expect(broken).toEqual([]);
        expect(settled.size).toBe(events.length);
        expect(committed).toBe(BigInt(events.length));
      }),
      { numRuns: 60 },
    );
  });

  it('publishes nothing of an event while an earlier one of its key in the same batch is to be tried again', async () => {
    const log = new Log(['a', 'b', 'a']);
    const sent: string[] = [];
    const tries: number[] = [];
    const handle = async ({ events }: Batch<'news.raw.v1'>) =>
      events.map(({ event, offset, attempt }) => {
        tries.push(Number(offset));
        return offset === 0n && attempt === 1
          ? fault()
          : { publish: [{ ...event, subject: `${nameOf(event)}${offset}` }] };
      });
    await log.run(handle, {}, async (records) => void sent.push(...records.map(({ key }) => key!)));
    expect(sent).toEqual(['b1', 'a0', 'a2']);
    expect(tries).toEqual([0, 1, 2, 0, 2]);
  });
});

describe('the way of a batch through a handler, with transactions', () => {
  const fate = fc.array(fc.constantFrom('flaky', 'away', 'hopeless', 'throws', 'refused'), { maxLength: 3 });
  const story = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), fate }), { minLength: 1, maxLength: 10 });

  it('commits each event once with all that came of it, in order, whatever becomes of it and of its neighbours', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.array(fc.boolean(), { maxLength: 8 }), async (events, commitFails) => {
        const fates = events.map((event) => [...event.fate]);
        const log = new Log(
          events.map(({ key }) => key),
          async (_next, outputs) => {
            if (outputs.some(({ headers }) => headers['ce_id'] === 'too-large' && !('khabar-code' in headers))) {
              throw new KhabarError('record-too-large', 'refused for good');
            }
            if (commitFails.shift()) throw new KhabarError('broker-unavailable', 'away', { dependency: true });
          },
          { transactions: true },
        );
        await log.run(async ({ events: batch }) => {
          const outcomes: Outcome[] = [];
          for (const { offset, event } of batch) {
            const next = fates[Number(offset)]!.shift();
            if (next === 'throws') throw new Error('thrown');
            if (next === 'away') throw new KhabarError('away', 'away', { dependency: true });
            if (next === 'flaky') outcomes.push(new KhabarError('flaky', 'flaky', { retriable: true }));
            else if (next === 'hopeless') outcomes.push(new KhabarError('hopeless', 'hopeless'));
            else if (next === 'refused') outcomes.push({ publish: [{ ...event, id: 'too-large' }] });
            else outcomes.push({ publish: [{ ...event, id: String(offset) }] });
          }
          return outcomes;
        });
        const told = log.letters.map(({ headers }) => headers['khabar-offset'] ?? headers['ce_id']);
        expect(told).toEqual(events.map((_, at) => String(at)));
        expect(log.commits).toEqual(log.commits.toSorted((a, b) => Number(a - b)));
        expect(log.inFlight.used).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('commits nothing behind an event whose commit did not come about before the end', async () => {
    const durable: string[] = [];
    const log: Log = new Log(
      ['a', 'b', 'c'],
      async (next, outputs) => {
        if (outputs.length > 1) throw new KhabarError('record-too-large', 'together they are refused for good');
        if (next === 1n) {
          log.stop();
          throw away();
        }
        durable.push(...outputs.map(({ key }) => key!));
      },
      { transactions: true },
    );
    await log.run(async ({ events }) => events.map(({ event }) => ({ publish: [event] })));
    expect({ durable, commits: log.commits }).toEqual({ durable: [], commits: [] });
  });

  it.each([true, false])(
    'keeps the head of what its dead letters refuse whole (transactions: %s)',
    async (transactions) => {
      const refuse = async (records: readonly OutgoingRecord[]): Promise<undefined> => {
        if (records.some(({ value }) => value!.length > 100_000)) throw new KhabarError('record-too-large', 'refused');
      };
      const log = new Log(['huge', 'b'], async (_, outputs) => refuse(outputs), { transactions });
      log.records[0] = { ...log.records[0]!, value: Buffer.alloc(200_000, 'x') };
      const send = async (records: readonly OutgoingRecord[]) => {
        await refuse(records);
        return void log.letters.push(...records);
      };
      await log.run(async () => undefined, {}, send);
      expect(log.commits.at(-1)).toBe(2n);
      expect(log.letters).toMatchObject([
        {
          key: log.records[0]!.key,
          value: { length: 65_536 },
          headers: { 'khabar-code': 'malformed-json', 'khabar-value-bytes': '200000' },
        },
      ]);
    },
  );

  it.each([true, false])(
    'waits, and ends when told to, where a dead letter is refused in any form (transactions: %s)',
    async (transactions) => {
      const refuse = async () => {
        throw new KhabarError('record-too-large', 'refused');
      };
      const log = new Log(['a'], transactions ? refuse : undefined, { transactions });
      const disturbed: string[] = [];
      const running = log.run(async () => [hopeless()], { disturbed: (what) => void disturbed.push(what) }, refuse);
      await eventually(() => disturbed.length > 2);
      log.stop();
      await running;
      expect(log.letters).toEqual([]);
    },
  );
});
