import { compareText } from '@khabar/contracts';

/**
 * Articles with the same key stand in order of their ids, and an article is compared with so many of them on either side. So the work is the
 * same however many share a key, and who is compared with whom follows from the set of articles alone, not from the order in which they came.
 */
export const REACH = 6;

/** An article that enters or leaves the row of a key: who stands beside it of those that stay, the nearest first, up to {@link REACH}. */
export interface Place {
  readonly key: number;
  readonly id: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Two articles, the smaller id first. */
export type Pair = readonly [string, string];

/** Pairs of which one has entered and the other stands within reach of it. To be given all places that are entered at once. */
export function enteringPairs(entering: readonly Place[]): Pair[] {
  const pairs = new PairSet();
  for (const [, row] of Map.groupBy(entering, ({ key }) => key)) {
    const ids = row.map(({ id }) => id).sort(compareText);
    for (const { id, before, after } of row) {
      const at = ids.indexOf(id);
      const nearestBefore = [...before, ...ids.slice(Math.max(0, at - REACH), at)].sort((a, b) => compareText(b, a));
      const nearestAfter = [...after, ...ids.slice(at + 1, at + 1 + REACH)].sort(compareText);
      for (const other of nearestBefore.slice(0, REACH)) pairs.add(other, id);
      for (const other of nearestAfter.slice(0, REACH)) pairs.add(id, other);
    }
  }
  return pairs.all;
}

/** Pairs of those that stay, of which the ones that enter, or leave, between them decide whether they are within reach in this row. */
export function crossedPairs(crossing: readonly Place[]): Pair[] {
  const pairs = new PairSet();
  for (const [, row] of Map.groupBy(crossing, ({ key }) => key)) {
    const ids = row.map(({ id }) => id);
    for (const { before, after } of row) {
      for (const [i, a] of before.entries()) {
        for (const [j, b] of after.slice(0, REACH - i).entries()) {
          const between = ids.filter((id) => a < id && id < b).length;
          if (i + j + 1 + between > REACH) pairs.add(a, b);
        }
      }
    }
  }
  return pairs.all;
}

/** Pairs, each once. */
export class PairSet {
  readonly #pairs = new Map<string, Pair>();

  /** The pairs in the order in which they came. */
  get all(): Pair[] {
    return [...this.#pairs.values()];
  }

  /** In either order of the two. */
  add(a: string, b: string): void {
    const pair: Pair = a < b ? [a, b] : [b, a];
    this.#pairs.set(pair.join(), pair);
  }

  /** In either order of the two. */
  has(a: string, b: string): boolean {
    return this.#pairs.has(a < b ? `${a},${b}` : `${b},${a}`);
  }
}
