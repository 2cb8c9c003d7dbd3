/** What is left of a partition for a group: from `nextOffset` to below `endOffset`. */
export interface Rest {
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly endOffset: bigint;
}

/** The first offset of each partition whose record is of a time (ms since epoch) or a later one, or its end. */
export type OffsetsAt = (timeMs: number) => Promise<ReadonlyMap<number, bigint>>;

/** How exact an age is to be: to this many milliseconds, or to this part of it. */
const EXACT_MS = 1_000;
const EXACT_PART = 0.05;
/** The questions to the log end here, however different the partitions are. */
const MOST_QUESTIONS = 64;

/**
 * Since when (ms since epoch) the first record of each rest has waited, for partitions with a rest. kafkajs reads no single record, but
 * asks which offset belongs to a time: so the time is searched for, from now backwards in doubling steps and then by halving. Every
 * answer speaks of all partitions, so that those of like age are found together. What is found is never later than the truth.
 */
export async function waitingSince(
  rests: readonly Rest[],
  nowMs: number,
  offsetsAt: OffsetsAt,
): Promise<Map<number, number>> {
  const ages = rests
    .filter(({ nextOffset, endOffset }) => nextOffset < endOffset)
    .map((rest) => ({ rest, atLeastMs: 0, atMostMs: Infinity }));
  for (let question = 0; question < MOST_QUESTIONS; question += 1) {
    const open = ages.find(
      ({ atLeastMs, atMostMs }) =>
        atMostMs - atLeastMs > Math.max(EXACT_MS, atMostMs * EXACT_PART) || atMostMs === Infinity,
    );
    if (open === undefined) break;
    const { atLeastMs, atMostMs } = open;
    const askedMs = atMostMs === Infinity ? Math.max(EXACT_MS, atLeastMs * 2) : (atLeastMs + atMostMs) / 2;
    if (askedMs > nowMs) {
      open.atMostMs = nowMs; // older than time itself: another program's clock
      continue;
    }
    const timeMs = Math.round(nowMs - askedMs);
    const offsets = await offsetsAt(timeMs);
    for (const age of ages) {
      const isYounger = (offsets.get(age.rest.partition) ?? age.rest.endOffset) <= age.rest.nextOffset;
      if (isYounger) age.atMostMs = Math.min(age.atMostMs, askedMs);
      else age.atLeastMs = Math.max(age.atLeastMs, askedMs);
    }
  }
  return new Map(ages.map(({ rest, atMostMs }) => [rest.partition, nowMs - Math.min(atMostMs, nowMs)]));
}
