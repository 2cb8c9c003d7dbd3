import { type ArchiveFile, listArchive, readArchive } from '@khabar/archive';
import type { Bus, ReadFrom } from '@khabar/bus';
import { type CloudEvent, type KhabarError, RAW_ARTICLES, decodeEvent, toKhabarError } from '@khabar/contracts';
import { type Range, firstDayOf, isWithin, readFromOf } from './range.ts';

/** A raw event as it was fetched, and where it was found. */
export interface RawEntry {
  readonly origin: 'archive' | 'topic';
  readonly event: CloudEvent<'news.raw.v1'>;
}

/** What the log says of records that are no raw events. */
export type OnUnreadable = (where: string, error: KhabarError) => void;

/**
 * The raw events of a range, in archive and topic, up to where both ended when it was opened: what is fetched meanwhile is parsed by
 * today's parser anyway. It can be read several times, and gives the same each time but for what retention took meanwhile.
 */
export class RawLog {
  readonly #bus: Bus;
  readonly #range: Range;
  readonly #files: readonly ArchiveFile[];
  readonly #from: ReadFrom;
  /** End of each partition; empty where there is no topic. */
  readonly #ends: ReadonlyMap<number, bigint>;

  private constructor(
    bus: Bus,
    range: Range,
    files: readonly ArchiveFile[],
    from: ReadFrom,
    ends: Map<number, bigint>,
  ) {
    this.#bus = bus;
    this.#range = range;
    this.#files = files;
    this.#from = from;
    this.#ends = ends;
  }

  /** Fixes the ends. @throws KhabarError `no-archive` when the folder of an archive cannot be read */
  static async open(bus: Bus, archive: string | null, range: Range): Promise<RawLog> {
    const topic = (await bus.topics()).find(({ name }) => name === RAW_ARTICLES.name);
    const partitions = topic?.partitions ?? [];
    const files = archive === null ? [] : await listArchive(archive, firstDayOf(range));
    const ends = new Map(partitions.map(({ partition, endOffset }) => [partition, endOffset]));
    return new RawLog(bus, range, files, readFromOf(range, partitions), ends);
  }

  /** The archive first, then the topic. Ends early, without an error, when the signal aborts. */
  async *read(signal: AbortSignal, onUnreadable: OnUnreadable): AsyncGenerator<RawEntry, void, undefined> {
    yield* this.#readArchive(signal, onUnreadable);
    if (this.#ends.size > 0 && !signal.aborted) yield* this.#readTopic(signal, onUnreadable);
  }

  async *#readArchive(signal: AbortSignal, onUnreadable: OnUnreadable): AsyncGenerator<RawEntry, void, undefined> {
    for await (const { partition, offset, event } of readArchive(this.#files, onUnreadable)) {
      if (signal.aborted) return;
      const { fetchedAt } = event.data;
      if (isWithin(this.#range, { partition, offset, fetchedAt })) yield { origin: 'archive', event };
    }
  }

  async *#readTopic(signal: AbortSignal, onUnreadable: OnUnreadable): AsyncGenerator<RawEntry, void, undefined> {
    const records = this.#bus.read(RAW_ARTICLES.name, { from: this.#from, follow: false, signal });
    for await (const { partition, offset, headers, value } of records) {
      if (offset >= (this.#ends.get(partition) ?? 0n)) continue;
      let event: CloudEvent;
      try {
        event = decodeEvent(headers, value);
      } catch (error) {
        onUnreadable(`partition ${partition}, offset ${offset}`, toKhabarError(error));
        continue;
      }
      if (!isRaw(event)) continue;
      const { fetchedAt } = event.data;
      if (isWithin(this.#range, { partition, offset, fetchedAt })) yield { origin: 'topic', event };
    }
  }
}

function isRaw(event: CloudEvent): event is CloudEvent<'news.raw.v1'> {
  return event.type === 'news.raw.v1';
}
