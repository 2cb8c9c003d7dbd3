/** One word or phrase that is searched for. */
export interface SearchTerm {
  readonly text: string;
  /** It must not occur. */
  readonly isExcluded: boolean;
  /** Words that begin with it are meant too. */
  readonly isPrefix: boolean;
}

const TERM = /(-?)"([^"]*)"?|(\S+)/gu;

/**
 * What somebody types into a search box: words that all occur, "a phrase", -excluded, begin* for all words that begin so, and `or` between
 * alternatives, which binds weaker. Anything is a query; what has no letter or digit says nothing. Returns the alternatives, each a list
 * of terms that hold together.
 */
export function parseSearch(query: string): SearchTerm[][] {
  const alternatives: SearchTerm[][] = [[]];
  for (const [, minus = '', phrase, word = ''] of query.matchAll(TERM)) {
    if (phrase === undefined && word.toLowerCase() === 'or') {
      alternatives.push([]);
      continue;
    }
    const isExcluded = phrase === undefined ? word.startsWith('-') : minus === '-';
    const text = (phrase ?? (isExcluded ? word.slice(1) : word)).trim();
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    alternatives.at(-1)!.push({ text: text.replace(/\*+$/, ''), isExcluded, isPrefix: text.endsWith('*') });
  }
  return alternatives.filter((terms) => terms.length > 0);
}
