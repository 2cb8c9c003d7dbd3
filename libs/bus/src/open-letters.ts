import { KhabarError, fromSettlementHeaders } from '@khabar/contracts';
import type { Bus } from './bus.ts';
import type { StoredRecord, TopicState } from './log-state.ts';

/** What is looked at of a dead-letter topic. */
export interface OpenLettersOptions {
  /** Only letters appended at or after this instant, in milliseconds since the epoch. */
  readonly sinceMs?: number;
  readonly signal: AbortSignal;
}

/** The dead letters of one topic that no marker has settled, as they were at one moment: what comes later is not among them. */
export interface OpenLetters {
  readonly count: number;
  /** Reads them, each partition in order of offset. May be called again. */
  read(signal: AbortSignal): AsyncGenerator<StoredRecord, void, undefined>;
}

/**
 * Finds the open letters of a dead-letter topic. A marker stands behind its letter, so the topic is read twice: once for what is
 * settled, which is kept as two bits a record, and once for the letters.
 * @throws KhabarError `unknown-topic`, or with `dependency` when the log is away
 */
export async function findOpenLetters(
  bus: Pick<Bus, 'read' | 'topics'>,
  topic: string,
  { sinceMs, signal }: OpenLettersOptions,
): Promise<OpenLetters> {
  const state = (await bus.topics()).find(({ name }) => name === topic);
  if (!state) throw new KhabarError('unknown-topic', `There is no topic ${topic}`, { dependency: true });
  const ledger = new Ledger(state);
  const from = sinceMs === undefined ? 'beginning' : { sinceMs };
  for await (const record of bus.read(topic, { from, follow: false, signal })) ledger.enter(record);
  signal.throwIfAborted();
  const count = ledger.openCount();
  return {
    count,
    async *read(readSignal) {
      if (count === 0) return;
      let left = count;
      for await (const record of bus.read(topic, { from, follow: false, signal: readSignal })) {
        if (!ledger.isOpen(record)) continue;
        yield record;
        left -= 1;
        if (left === 0) return;
      }
    },
  };
}

/** How many letters are open, as far as was looked. */
export interface OpenLetterCount {
  readonly open: number;
  /** False where there are older records that were not looked at. */
  readonly complete: boolean;
}

/**
 * Counts the open letters among the newest records of a dead-letter topic, so many at most, spread over its partitions.
 * @throws KhabarError as {@link findOpenLetters}
 */
export async function countOpenLetters(
  bus: Pick<Bus, 'read'>,
  state: TopicState,
  { atMost, signal }: { atMost: number; signal: AbortSignal },
): Promise<OpenLetterCount> {
  const ledger = new Ledger(state);
  const last = Math.max(1, Math.floor(atMost / state.partitions.length));
  const sizes = state.partitions.map(({ startOffset, endOffset }) => endOffset - startOffset);
  for await (const record of bus.read(state.name, { from: { last }, follow: false, signal })) ledger.enter(record);
  signal.throwIfAborted();
  return { open: ledger.openCount(), complete: sizes.every((size) => size <= BigInt(last)) };
}

/** Which records of a topic are letters, and which of those are settled: two bits each, in whatever order they are entered. */
class Ledger {
  readonly #pages: ReadonlyMap<number, { first: bigint; letters: Uint8Array; settled: Uint8Array; size: number }>;

  constructor({ partitions }: TopicState) {
    this.#pages = new Map(
      partitions.map(({ partition, startOffset, endOffset }) => {
        const size = Number(endOffset - startOffset);
        const bytes = Math.ceil(size / 8);
        const page = { first: startOffset, letters: new Uint8Array(bytes), settled: new Uint8Array(bytes), size };
        return [partition, page];
      }),
    );
  }

  enter({ partition, offset, headers, value }: StoredRecord): void {
    const settlement = value === null ? fromSettlementHeaders(headers) : null;
    if (settlement === null) this.#set('letters', partition, offset);
    else this.#set('settled', settlement.partition, BigInt(settlement.offset));
  }

  isOpen({ partition, offset }: StoredRecord): boolean {
    const page = this.#pages.get(partition);
    const at = page ? Number(offset - page.first) : -1;
    if (!page || at < 0 || at >= page.size) return false;
    return (page.letters[at >> 3]! & ~page.settled[at >> 3]! & (1 << (at & 7))) !== 0;
  }

  openCount(): number {
    let count = 0;
    for (const { letters, settled } of this.#pages.values()) {
      letters.forEach((byte, at) => {
        for (let bits = byte & ~settled[at]!; bits !== 0; bits &= bits - 1) count += 1;
      });
    }
    return count;
  }

  #set(kind: 'letters' | 'settled', partition: number, offset: bigint): void {
    const page = this.#pages.get(partition);
    const at = page ? Number(offset - page.first) : -1;
    // older than what is kept, or younger than the moment of looking
    if (!page || at < 0 || at >= page.size) return;
    page[kind][at >> 3]! |= 1 << (at & 7);
  }
}
