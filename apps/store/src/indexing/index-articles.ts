import type { KhabarError } from '@khabar/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { type SearchedText, searchable } from '../articles/article-text.ts';
import { type Labelled, labelsOf } from '../articles/labels.ts';
import { databaseError } from '../database/database-error.ts';
import { arrays, type Column, column, listColumn, names, unnest, values } from '../database/set-statement.ts';
import { SHARE_LOCK } from '../erasure/statements.ts';
import { type LexemeRow, type Lexicon, SELECT_LEXEMES, type Unknown } from './lexicon.ts';
import { type Part, searchVector } from './search-vector.ts';

/** What one round of an indexer came to. */
export interface Indexed {
  /** How many places of the queue were settled. */
  readonly count: number;
  /** How long the oldest of them had waited, in seconds; 0 when there was none. */
  readonly waitedSeconds: number;
  /** Articles that cannot be indexed as they are, with the reason. */
  readonly refused: readonly Refusal[];
}

/** An article that is put aside until it changes. */
export interface Refusal {
  readonly articleId: string;
  readonly error: KhabarError;
}

interface QueueRow {
  readonly position: string;
  readonly article_id: string;
  readonly waited_seconds: number;
}

/** An article as far as its place in the index depends on it, as the driver reads it. */
interface IndexedArticleRow extends SearchedText, Pick<Labelled, 'sources' | 'kind'> {
  readonly id: string;
  readonly sort_at: Date;
  readonly is_shown: boolean;
  /** Of the queue: what is newer has another. */
  readonly position: string;
}

/** A row of `article_search`. */
interface SearchRow {
  readonly articleId: string;
  readonly sortAt: string;
  readonly labels: readonly string[];
  readonly vector: Buffer;
  readonly position: string;
  readonly refused: string | null;
}

/** For this transaction: what is pending in the index is taken in with all of it in memory at once, else in parts of 4 MB. */
const TAKE_IN_BULK = `SELECT set_config('work_mem', '64MB', true)`;

/** $1 how many. Other indexers pass over what this one holds. */
const TAKE_UNINDEXED = `
  SELECT position, article_id, extract(epoch FROM clock_timestamp() - queued_at)::float8 AS waited_seconds
  FROM store.unindexed ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED`;

const DELETE_INDEXED = 'DELETE FROM store.unindexed WHERE position = ANY($1)';

/** $1 article ids, $2 their positions in the queue. */
const SELECT_INDEXED_ARTICLES = `
  SELECT a.id, a.sort_at, a.withdrawn IS NULL AS is_shown, x.position, a.language, a.title, a.kicker, a.summary, a.section, a.authors,
    a.agencies, a.tags, a.body, a.sources, a.kind
  FROM unnest($1::uuid[], $2::bigint[]) AS x(id, position) JOIN store.articles a USING (id)`;

const SEARCH_COLUMNS: readonly Column<SearchRow>[] = [
  column('article_id', 'uuid', ({ articleId }) => articleId),
  column('sort_at', 'timestamptz', ({ sortAt }) => sortAt),
  listColumn('labels', 'bigint', ({ labels }) => labels),
  column('vector', 'tsvector', ({ vector }) => vector),
  column('position', 'bigint', ({ position }) => position),
  column('refused', 'text', ({ refused }) => refused),
];

/** What was read for a later place in the queue is newer, so an indexer that was slow does not write over it. Rows are written in order of id, so that two indexers never wait for each other in a ring. */
const WRITE_SEARCH_ROWS = `
  INSERT INTO store.article_search AS s (${names(SEARCH_COLUMNS)})
  SELECT ${values(SEARCH_COLUMNS)} FROM ${unnest(SEARCH_COLUMNS)} ORDER BY x.article_id
  ON CONFLICT (article_id) DO UPDATE SET sort_at = excluded.sort_at, labels = excluded.labels, vector = excluded.vector,
    position = excluded.position, refused = excluded.refused
  WHERE s.position < excluded.position`;

/**
 * Brings the search index to what the articles of the oldest places of the queue say now. Any number of indexers may do this at once.
 * A round that is cut short leaves its places in the queue. An article that cannot be indexed keeps no other waiting: it is put aside,
 * found by nothing, until it changes.
 * @throws KhabarError as {@link databaseError} says, when the database is away
 */
export async function indexArticles(dataSource: DataSource, lexicon: Lexicon, limit: number): Promise<Indexed> {
  try {
    return await dataSource.transaction(async (manager) => {
      await manager.query(SHARE_LOCK); // what is made of a text is not written once the text was erased
      await manager.query(TAKE_IN_BULK);
      const queued: QueueRow[] = await manager.query(TAKE_UNINDEXED, [limit]);
      if (queued.length === 0) return { count: 0, waitedSeconds: 0, refused: [] };
      // of an article that waits twice the later place counts: it is read once, as it is now
      const positions = new Map(queued.map(({ article_id, position }) => [article_id, position]));
      const rows: IndexedArticleRow[] = await manager.query(SELECT_INDEXED_ARTICLES, [
        [...positions.keys()],
        [...positions.values()],
      ]);
      const refused = await indexRows(manager, lexicon, rows);
      await manager.query(DELETE_INDEXED, [queued.map(({ position }) => position)]);
      return { count: queued.length, waitedSeconds: queued[0]!.waited_seconds, refused };
    });
  } catch (error) {
    throw databaseError(error);
  }
}

/**
 * Has the index take in what is pending, which every search reads until then. To be called when nothing more comes for a while.
 * @throws KhabarError as {@link databaseError} says
 */
export async function emptySearchList(dataSource: DataSource): Promise<void> {
  try {
    await dataSource.query('SELECT store.empty_search_list()');
  } catch (error) {
    throw databaseError(error);
  }
}

/** Indexes articles; where one of them cannot be, the others one half after the other, until it stands alone. */
async function indexRows(
  manager: EntityManager,
  lexicon: Lexicon,
  rows: readonly IndexedArticleRow[],
): Promise<Refusal[]> {
  try {
    await manager.transaction(async (inner) => write(inner, await searchRows(inner, lexicon, rows)));
    return [];
  } catch (thrown) {
    const error = databaseError(thrown);
    if (error.dependency || error.code === 'database-conflict') throw error;
    if (rows.length > 1) {
      const middle = Math.ceil(rows.length / 2);
      return [
        ...(await indexRows(manager, lexicon, rows.slice(0, middle))),
        ...(await indexRows(manager, lexicon, rows.slice(middle))),
      ];
    }
    const row = rows[0]!;
    await write(manager, [{ ...searchRow(row, []), labels: [], refused: error.code }]);
    return [{ articleId: row.id, error }];
  }
}

async function searchRows(
  manager: EntityManager,
  lexicon: Lexicon,
  rows: readonly IndexedArticleRow[],
): Promise<SearchRow[]> {
  const unknown: Unknown[] = [];
  const found = rows.map((row) => ({ row, parts: row.is_shown ? partsOf(row, lexicon, unknown) : [] }));
  await lexicon.learn(unknown, (...questions) => manager.query<LexemeRow[]>(SELECT_LEXEMES, questions));
  return found.map(({ row, parts }) => searchRow(row, parts));
}

function partsOf(row: IndexedArticleRow, lexicon: Lexicon, unknown: Unknown[]): Part[] {
  const { configuration, title, lead, body } = searchable(row);
  return [
    { weight: 'A', looked: lexicon.lookUp(configuration, title, unknown) },
    { weight: 'B', looked: lexicon.lookUp(configuration, lead, unknown) },
    { weight: 'D', looked: lexicon.lookUp(configuration, body, unknown) },
  ];
}

function searchRow(row: IndexedArticleRow, parts: readonly Part[]): SearchRow {
  const { id, position } = row;
  const labels = row.is_shown ? labelsOf(row) : [];
  const vector = searchVector(parts);
  return { articleId: id, sortAt: row.sort_at.toISOString(), labels, vector, position, refused: null };
}

async function write(manager: EntityManager, rows: readonly SearchRow[]): Promise<void> {
  if (rows.length > 0) await manager.query(WRITE_SEARCH_ROWS, arrays(SEARCH_COLUMNS, rows));
}
