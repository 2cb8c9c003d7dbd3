import { slotsBetween } from './time-slots.ts';

/** A stretch of time in which a search looks, in milliseconds since 1970. */
export interface Slice {
  /** The earliest place in it; null for all that is left. */
  readonly fromMs: number | null;
  /** The earliest place of the slice before, which is not in this one; null for the first. */
  readonly beforeMs: number | null;
  /** What holds all of it; null where that would be too many, and all time is looked up. */
  readonly slots: readonly string[] | null;
}

/** All time. */
export const ALL: Slice = { fromMs: null, beforeMs: null, slots: null };

/** The newest articles that may be found, {@link FIRST_ARTICLES} of them at most. */
export interface Newest {
  readonly newestMs: number;
  readonly oldestMs: number;
  readonly count: number;
}

/** So many of the newest articles are looked at first: whatever is found, that takes about a millisecond. */
export const FIRST_ARTICLES = 2_000;

/** More slices would be more round trips than they save: the last is all that is left. */
const MOST_SLICES = 4;
/** Where each costs what all time does, but for what is found. */
const MOST_DEAR_SLICES = 3;
/** How much longer than all slices before a slice is. What is rare is met little anywhere. */
const GROWTH = { least: 3, most: 15 } as const;
/** Articles do not come evenly: so much more than is needed by what was found so far. */
const MARGIN = 1.3;

/**
 * The newest so many of what a search finds, by looking in one stretch of time after the other, from the newest on. Each is as long as
 * what was found in those before says, so that of a frequent word little more is looked up than is wanted, and of a rare one all is, soon.
 * Nothing is found before `lowestMs`, where that is not null. `find` answers what is in a slice, the newest first. Where it is dear, it is
 * asked as seldom as can be.
 */
export async function findNewest<Place>(
  newest: Newest,
  lowestMs: number | null,
  wanted: number,
  find: (slice: Slice, wanted: number) => Promise<readonly Place[]>,
  isDear = false,
): Promise<Place[]> {
  const found: Place[] = [];
  let slice = firstSlice(newest);
  for (let count = 2; ; count++) {
    found.push(...(await find(slice, wanted - found.length)));
    if (found.length >= wanted || slice.fromMs === null) return found;
    const growth = Math.min(GROWTH.most, Math.max(GROWTH.least, (MARGIN * (wanted - found.length)) / found.length));
    const fromMs = Math.floor(slice.fromMs - growth * (newest.newestMs - slice.fromMs));
    const isLast = isDear ? found.length === 0 || count === MOST_DEAR_SLICES : count === MOST_SLICES;
    slice = nextSlice(isLast ? null : fromMs, slice.fromMs, lowestMs);
  }
}

/** What holds these articles; all that may be found, where there are no others. */
export function firstSlice({ newestMs, oldestMs, count }: Newest): Slice {
  const slots = slotsBetween(oldestMs, newestMs);
  return { fromMs: count < FIRST_ARTICLES || slots === null ? null : oldestMs, beforeMs: null, slots };
}

function nextSlice(fromMs: number | null, beforeMs: number, lowestMs: number | null): Slice {
  const lastMs = fromMs === null ? lowestMs : Math.max(fromMs, lowestMs ?? fromMs);
  const slots = lastMs === null ? null : slotsBetween(lastMs, beforeMs);
  return { fromMs: slots === null || fromMs !== lastMs ? null : fromMs, beforeMs, slots };
}
