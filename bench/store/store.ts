import type { Bench } from '../bench.ts';
import { readingRows } from './reading.ts';
import { savingRows } from './saving.ts';

/** The store: saving, indexing, finding. */
export const storeBench: Bench = {
  name: 'store',
  about:
    'articles a second into Postgres beside bare inserts, with and without search; articles that are known; searches and lists of a million',
  rows: [...savingRows, ...readingRows],
};
