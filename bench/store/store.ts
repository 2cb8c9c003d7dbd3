import type { Bench } from '../bench.ts';
import { growthRows } from './growth.ts';
import { memoryRows } from './memory.ts';
import { readingRows } from './reading.ts';
import { savingRows } from './saving.ts';

/** The store: saving, indexing, finding. Rows that need more articles in the one filled database come behind those that need less. */
export const storeBench: Bench = {
  name: 'store',
  about:
    'articles a second into Postgres beside bare inserts, with and without search; known ones; memory; searches and lists of a million; growth to three',
  rows: [...savingRows, ...memoryRows, ...readingRows, ...growthRows],
};
