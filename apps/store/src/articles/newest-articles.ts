import type { ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import type { ArticleQuery } from './article-query.ts';
import { kept, type Statement, statement, timeConditions } from './list-statement.ts';
import { FIRST_ARTICLES, findNewest, type Newest, type Slice } from './search-slices.ts';

/** Where places are looked up: among articles, or in the search index. */
type Table = 'a' | 's';

/** What each is called, and what holds of all its places that are listed. */
const TABLES = {
  a: { from: 'store.articles a', id: 'a.id', isListed: 'a.withdrawn IS NULL' },
  s: { from: 'store.article_search s', id: 's.article_id', isListed: 'true' },
} as const;

interface NewestRow {
  readonly newest: Date | null;
  readonly oldest: Date | null;
  readonly count: number;
}

/** The newest articles that a list may have, as its time and page say; null where there are none. */
export async function newestArticles(
  manager: EntityManager,
  table: Table,
  query: ArticleQuery,
): Promise<Newest | null> {
  const [row] = await run<NewestRow>(manager, newestStatement(table, query));
  const { newest, oldest, count } = row!;
  if (newest === null || oldest === null) return null;
  return { newestMs: newest.getTime(), oldestMs: oldest.getTime(), count };
}

/** The newest so many rows of a list, by running a statement for one stretch of time after the other; as seldom as can be where it is dear. */
export async function newestRows<Row extends object>(
  manager: EntityManager,
  query: ArticleQuery,
  newest: Newest,
  wanted: number,
  statementOf: (slice: Slice, limit: number) => Statement,
  isDear = false,
): Promise<Row[]> {
  const lowestMs = query.from === null ? null : Date.parse(query.from);
  const find = (slice: Slice, limit: number) => run<Row>(manager, statementOf(slice, limit));
  return findNewest(newest, lowestMs, wanted, find, isDear);
}

/** The rows of a statement in a transaction. */
export async function run<Row extends object>(
  { queryRunner }: EntityManager,
  { text, parameters, name }: Statement,
): Promise<Row[]> {
  const connection = (await queryRunner!.connect()) as ClientBase; // TypeORM knows no names of statements
  const { rows } = await connection.query<Row>({ text, values: [...parameters], name });
  return rows;
}

function newestStatement(table: Table, query: ArticleQuery): Statement {
  const { from, id, isListed } = TABLES[table];
  const written = statement((parameter) => {
    const conditions = [isListed, ...timeConditions(table, query, parameter)].join(' AND ');
    return `SELECT max(sort_at) AS newest, min(sort_at) AS oldest, count(*)::int AS count FROM (
      SELECT ${table}.sort_at FROM ${from} WHERE ${conditions}
      ORDER BY ${table}.sort_at DESC, ${id} DESC LIMIT ${FIRST_ARTICLES}) AS newest`;
  });
  return kept(written);
}
