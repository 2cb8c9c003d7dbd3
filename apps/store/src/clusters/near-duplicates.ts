import { mixed, type Shingles } from './shingles.ts';

/**
 * Runs of twice a shingle's length by which a text is found: the ones of the smallest hashes, so that texts that share a third of theirs
 * share a few of these. Runs as short as a shingle are found in texts of every kind ("over the years").
 */
const KEYS = 8;

/** Fewer different shingles than these are no text to tell another by: a caption, a notice, a teaser of one sentence. */
const MIN_SHINGLES = 20;

/**
 * Shares of shingles from which on two texts tell the same news: of the shorter text's, and how much shorter it may be. Chosen on one half of the
 * pages of `npm run bench -- echoes` (ADR-0011).
 */
const MIN_CONTAINMENT = 0.5;
const MIN_RATIO = 0.2;

/** The different shingles of a text in order of their hashes: what overlap is counted in. */
export type ShingleSet = Uint32Array;

/** Keys by which other forms of a text are found, as integers of 53 bits; none for a text that is too short. */
export function keysOf({ size, high, low }: Shingles): number[] {
  if (low.length < MIN_SHINGLES) return [];
  const hashes: number[] = []; // the smallest, in order
  const places: number[] = [];
  let bound = 2 ** 32;
  for (let at = 0; at + size < low.length; at++) {
    const hash = joined(low[at]!, low[at + size]!);
    if (hash >= bound) continue;
    let place = hashes.length;
    while (place > 0 && hashes[place - 1]! > hash) place--;
    if (place > 0 && hashes[place - 1] === hash) continue;
    hashes.splice(place, 0, hash);
    places.splice(place, 0, at);
    if (hashes.length > KEYS) {
      hashes.pop();
      places.pop();
    }
    if (hashes.length === KEYS) bound = hashes[KEYS - 1]!;
  }
  if (hashes.length < KEYS) return [];
  return places.map((at, n) => (joined(high[at]!, high[at + size]!) >>> 11) * 2 ** 32 + hashes[n]!);
}

/** The hash of two shingles that follow each other. */
function joined(first: number, second: number): number {
  return mixed(Math.imul(first, 0x9e3779b1) ^ second) >>> 0;
}

/** See {@link ShingleSet}. */
export function shingleSet({ low }: Shingles): ShingleSet {
  const sorted = low.slice().sort();
  let count = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[count++] = sorted[at]!;
  }
  return sorted.slice(0, count);
}

/** Whether two texts tell the same news in the same words: one may be cut, edited, reordered, led in otherwise. The same in both directions. */
export function isEcho(a: ShingleSet, b: ShingleSet): boolean {
  const shorter = Math.min(a.length, b.length);
  if (shorter < MIN_SHINGLES || shorter < MIN_RATIO * Math.max(a.length, b.length)) return false;
  return sharedShingles(a, b) >= MIN_CONTAINMENT * shorter;
}

/** How many shingles two texts share. */
export function sharedShingles(a: ShingleSet, b: ShingleSet): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x, y] = [a[i]!, b[j]!];
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return shared;
}
