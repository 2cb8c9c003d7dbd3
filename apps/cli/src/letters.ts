import type { Bus, OpenLetters, StoredRecord } from '@khabar/bus';
import { type DeadLetterReason, KhabarError, TOPICS, fromDeadLetterHeaders } from '@khabar/contracts';

const SUFFIX = '.dead-letter';

/** A dead letter as the commands show it. */
export interface Letter {
  /** `<topic>/<partition>/<offset>`, of the topic that it belongs to: `news.raw.v1/3/17`. */
  readonly id: string;
  readonly record: StoredRecord;
  /** Null where another program put it there. */
  readonly reason: DeadLetterReason | null;
  /** Of the event's data, where they tell. */
  readonly sourceId: string | null;
}

/** Which letters are meant; what is left out leaves nothing out. */
export interface LetterFilter {
  readonly ids?: ReadonlySet<string>;
  readonly codes?: readonly string[];
  /** When it died, in milliseconds since the epoch; the first is included, the second is not. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly service?: string;
  readonly sourceIds?: readonly string[];
}

/** The topics that have dead letters. */
export const LETTER_TOPICS: readonly string[] = TOPICS.map(({ name }) => name)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => name.slice(0, -SUFFIX.length));

/** The dead-letter topic of a topic. */
export function letterTopicOf(topic: string): string {
  return topic + SUFFIX;
}

/** The record of a dead-letter topic as a letter. */
export function letterOf(record: StoredRecord): Letter {
  const topic = record.topic.endsWith(SUFFIX) ? record.topic.slice(0, -SUFFIX.length) : record.topic;
  const id = `${topic}/${record.partition}/${record.offset}`;
  return { id, record, reason: fromDeadLetterHeaders(record.headers), sourceId: sourceIdIn(record.value) };
}

/** A letter's place out of its id; null where it is none. */
export function placeOf(id: string): { topic: string; partition: number; offset: bigint } | null {
  const [, topic, partition, offset] = /^([^/]+?)(?:\.dead-letter)?\/(\d{1,9})\/(\d{1,18})$/.exec(id) ?? [];
  if (topic === undefined || !LETTER_TOPICS.includes(topic)) return null;
  return { topic, partition: Number(partition), offset: BigInt(offset!) };
}

/** Whether a letter is meant. */
export function isMeant({ id, record, reason, sourceId }: Letter, filter: LetterFilter): boolean {
  const atMs = Date.parse(record.appendedAt);
  return (
    (filter.ids?.has(id) ?? true) &&
    (filter.codes?.includes(reason?.code ?? '') ?? true) &&
    atMs >= (filter.sinceMs ?? -Infinity) &&
    atMs < (filter.untilMs ?? Infinity) &&
    (filter.service === undefined || filter.service === reason?.service) &&
    (filter.sourceIds === undefined || (sourceId !== null && filter.sourceIds.includes(sourceId)))
  );
}

/** The open letters of some topics as they were at one moment. */
export interface LetterBox {
  /** Those that are meant, topic by topic. May be read again, and then gives the same but for what has been deleted meanwhile. */
  read(signal: AbortSignal): AsyncGenerator<Letter, void, undefined>;
}

/**
 * Opens the letters of topics; of a topic that does not exist yet there are none.
 * @throws KhabarError of the bus
 */
export async function openLetterBox(
  bus: Bus,
  topics: readonly string[],
  filter: LetterFilter,
  signal: AbortSignal,
): Promise<LetterBox> {
  const { findOpenLetters } = await import('@khabar/bus'); // it brings Nest along, which most commands need not load
  const { sinceMs } = filter;
  const found: OpenLetters[] = [];
  for (const topic of topics) {
    try {
      found.push(
        await findOpenLetters(bus, letterTopicOf(topic), { signal, ...(sinceMs !== undefined && { sinceMs }) }),
      );
    } catch (error) {
      if (!(error instanceof KhabarError) || error.code !== 'unknown-topic') throw error;
    }
  }
  return {
    async *read(readSignal) {
      for (const letters of found) {
        for await (const record of letters.read(readSignal)) {
          const letter = letterOf(record);
          if (isMeant(letter, filter)) yield letter;
        }
      }
      readSignal.throwIfAborted();
    },
  };
}

function sourceIdIn(value: Buffer | null): string | null {
  if (value === null) return null;
  try {
    const data = JSON.parse(value.toString()) as { sourceId?: unknown } | null;
    return typeof data?.sourceId === 'string' ? data.sourceId : null;
  } catch {
    return null; // it may be a dead letter just because it is no JSON
  }
}
