/** Upper bounds of the classes in which delays are counted, in seconds; a last class is open. */
export const DELAY_BOUNDS: readonly number[] = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800,
];

/** How many classes there are. */
export const DELAY_CLASSES = DELAY_BOUNDS.length + 1;

/** The class of a delay, from 0; one that is negative, for clocks differ, is none at all. */
export function delayClass(seconds: number): number {
  const found = DELAY_BOUNDS.findIndex((bound) => seconds <= bound);
  return found < 0 ? DELAY_BOUNDS.length : found;
}

/** The bound, in seconds, below which this part (0 to 1) of the counted delays lies; a week for all that is longer, null where there is none. */
export function delayPercentile(counts: readonly (number | null)[], part: number): number | null {
  const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (total === 0) return null;
  let below = 0;
  const at = counts.findIndex((count) => (below += count ?? 0) >= part * total);
  return DELAY_BOUNDS[at] ?? DELAY_BOUNDS.at(-1)!;
}
