import type { ReadFrom, TopicState } from '@khabar/bus';
import { InvalidArgumentError } from 'commander';
import { instant, timeSpan } from '../values.ts';

/**
 * One end of a range: an instant of fetching (RFC 3339 UTC), the same offset in every partition, or an offset in each partition that is
 * named; those that are not are left out.
 */
export type Bound =
  { readonly at: string } | { readonly offset: bigint } | { readonly offsets: ReadonlyMap<number, bigint> };

/** What is replayed: from the first on, and before the second; null where it is open. */
export interface Range {
  readonly from: Bound | null;
  readonly to: Bound | null;
}

/** What of a raw event decides whether it is in a range. */
export interface Place {
  readonly partition: number;
  readonly offset: bigint;
  /** RFC 3339 UTC with milliseconds. */
  readonly fetchedAt: string;
}

/** Clocks of fetchers and brokers may differ by so much: an event may seem appended before it was fetched. */
const SKEW_MS = 60 * 60 * 1000;

/** Reads one end off the command line; null for `beginning`. @throws InvalidArgumentError */
export function readBound(text: string, nowMs: number): Bound | null {
  if (text === 'beginning') return null;
  if (/^\d{1,18}$/.test(text)) return { offset: BigInt(text) };
  if (/^\d{1,5}:\d{1,18}(?:,\d{1,5}:\d{1,18})*$/.test(text)) {
    const pairs = text.split(',').map((pair) => pair.split(':') as [string, string]);
    return { offsets: new Map(pairs.map(([partition, offset]) => [Number(partition), BigInt(offset)])) };
  }
  const ageMs = timeSpan(text);
  if (ageMs !== undefined) return { at: new Date(nowMs - ageMs).toISOString() };
  try {
    return { at: instant(text) };
  } catch {
    throw new InvalidArgumentError(
      'Say beginning, a time such as 2026-03-14T09:30:00Z, an age such as 7d, or an offset: 1200 or 3:1200,4:980.',
    );
  }
}

/** Whether an event belongs to a range. */
export function isWithin({ from, to }: Range, place: Place): boolean {
  return (from === null || reaches(from, place) === true) && (to === null || reaches(to, place) === false);
}

/** Undefined in a partition that the bound leaves out. */
function reaches(bound: Bound, { partition, offset, fetchedAt }: Place): boolean | undefined {
  if ('at' in bound) return fetchedAt >= bound.at;
  const start = 'offset' in bound ? bound.offset : bound.offsets.get(partition);
  return start === undefined ? undefined : offset >= start;
}

/** From where a topic has to be read, so that all of the range is among it. */
export function readFromOf({ from }: Range, partitions: TopicState['partitions']): ReadFrom {
  if (from === null) return 'beginning';
  if ('at' in from) return { sinceMs: Date.parse(from.at) - SKEW_MS };
  if ('offsets' in from) return { offsets: from.offsets };
  return { offsets: new Map(partitions.map(({ partition }) => [partition, from.offset])) };
}

/** The first day of an archive that may hold some of the range; empty for all. */
export function firstDayOf({ from }: Range): string {
  return from !== null && 'at' in from ? new Date(Date.parse(from.at) - SKEW_MS).toISOString().slice(0, 10) : '';
}
