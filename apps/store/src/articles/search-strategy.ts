/**
 * How what a search finds is found: its words looked up in the index and what they find put in order; the newest articles walked through
 * and read, until enough have the words; or what the other filters find read so.
 */
export type SearchStrategy = 'look up' | 'walk' | 'filter';

/** How many there are, as the planner estimates it. */
export interface Estimate {
  /** Articles in the search index. */
  readonly all: number;
  /** Of the time that is asked for, behind the page before. */
  readonly here: number;
  /** With the words. */
  readonly found: number;
  /** With the words, of that time and language. */
  readonly foundHere: number;
  /** Fitting the filters that need the article; null where there are none. */
  readonly filtered: number | null;
}

/** A row of `EXPLAIN (FORMAT JSON)` of a `UNION ALL`. */
export interface ExplainRow {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: { readonly Plans: readonly { readonly 'Plan Rows': number }[] } }];
}

/** What it costs to read a vector and look for words in it, where to be found by the index costs 1: most of the time it stands apart from its row, compressed. */
const READ_COST = 20;
/** Of words that fewer articles have the planner only guesses how many: there may be none, and a walk for them would read all. */
const KNOWN_SHARE = 0.025;
/** What it costs to fetch an article's row. */
const ARTICLE_COST = 2;

/** See {@link Estimate}. */
export function estimateOf([{ Plan }]: ExplainRow['QUERY PLAN']): Estimate {
  const [all, here, found, foundHere, filtered = null] = Plan.Plans.map((plan) => plan['Plan Rows']);
  return { all: all!, here: here!, found: found!, foundHere: foundHere!, filtered };
}

/** The cheapest way to the first so many. What is frequent is met soon on a walk; what is rare is looked up and sorted in no time. */
export function searchStrategy({ all, here, found, foundHere, filtered }: Estimate, wanted: number): SearchStrategy {
  const fitting = filtered === null ? 1 : filtered / Math.max(1, all);
  const isKnown = found >= all * KNOWN_SHARE;
  const walked = isKnown ? Math.min(here, (wanted * here) / Math.max(1, foundHere * fitting)) : here;
  const costs: [SearchStrategy, number][] = [
    ['look up', found * (filtered === null ? 1 : 1 + ARTICLE_COST)],
    ['walk', walked * (filtered === null ? READ_COST : READ_COST + ARTICLE_COST)],
    ['filter', filtered === null ? Infinity : filtered * (READ_COST + ARTICLE_COST)],
  ];
  return costs.reduce((best, next) => (next[1] < best[1] ? next : best))[0];
}
