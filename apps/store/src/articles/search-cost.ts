/** What is known of a search with filters that need the article. */
export interface FilteredSearch {
  /** All articles, and those that fit the filters, as the planner estimates them. */
  readonly all: number;
  readonly filtered: number;
  /** Of some of the newest articles how many have the words, in whatever order. */
  readonly looked: number;
  readonly seen: number;
  /** Whether the words are to be a phrase: of what has them little may be found, and each is read. */
  readonly isPhrase: boolean;
}

/** Microseconds to fetch an article's row, to find its place in the index, and to read its words there, which stand apart. */
const COSTS = { article: 5, place: 2, words: 20 } as const;

/** Whether it is cheaper to read the words of what fits the filters than to fetch the articles that have the words, until so many are found. */
export function isFilterCheaper(search: FilteredSearch, wanted: number): boolean {
  const { all, filtered, looked, seen, isPhrase } = search;
  const having = seen / Math.max(1, looked);
  const fitting = filtered / Math.max(1, all);
  const fetched = isPhrase ? having * all : Math.min(having * all, wanted / fitting);
  const read = isPhrase ? filtered : Math.min(filtered, wanted / having);
  return (
    filtered * (COSTS.article + COSTS.place) + read * COSTS.words < fetched * (isPhrase ? COSTS.words : COSTS.article)
  );
}
