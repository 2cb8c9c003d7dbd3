/** Seconds of a slot of each level, as powers of two: a quarter of an hour to seven weeks. */
const LEVELS = [10, 13, 16, 19, 22] as const;

/** A stretch of time is looked up by so many slots at most: of the next level it would be an eighth as many. */
const MOST_SLOTS = 16;

/** Tells a level's slots from those of another. */
const LEVEL_BITS = 5;

const SECONDS = `(date_part('epoch', sort_at AT TIME ZONE 'UTC'))::bigint`;

/**
 * The slots of time that hold an article's place in lists, one of each level: as the index `article_search_vector` has them beside the
 * article's words, and `articles_filters` beside what lists are filtered by, so that what is asked for is looked up within a stretch of
 * time alone.
 */
export const SLOTS_OF_PLACE = `ARRAY[${LEVELS.map((level) => `((${SECONDS} >> ${level}) << ${LEVEL_BITS}) + ${level}`).join(', ')}]`;

/**
 * Slots that together hold every place from one instant to another, both included, and some that are not between; null where there
 * would be too many. In milliseconds since 1970.
 */
export function slotsBetween(fromMs: number, toMs: number): string[] | null {
  const first = Math.floor(fromMs / 1000);
  const last = Math.ceil(toMs / 1000);
  const level = LEVELS.find((each) => slotOf(last, each) - slotOf(first, each) < MOST_SLOTS);
  if (level === undefined) return null;
  const count = slotOf(last, level) - slotOf(first, level) + 1;
  return Array.from({ length: count }, (_, at) => String((slotOf(first, level) + at) * 2 ** LEVEL_BITS + level));
}

function slotOf(seconds: number, level: number): number {
  return Math.floor(seconds / 2 ** level);
}
