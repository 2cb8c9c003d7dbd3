import { column, type Column, names, unnest, values } from '../database/set-statement.ts';
import { REACH } from './neighbours.ts';
import { COMPARED_LENGTH } from './shingles.ts';

/** An article on its way to be looked at. */
export interface Unclustered {
  readonly articleId: string;
  readonly queuedAt: string;
}

/** Columns of `unclustered`, but for the position, which the database gives. */
export const UNCLUSTERED_COLUMNS: readonly Column<Unclustered>[] = [
  column('article_id', 'uuid', ({ articleId }) => articleId),
  column('queued_at', 'timestamptz', ({ queuedAt }) => queuedAt),
];

/** Articles whose echoes are to be looked for once this transaction is committed. */
export const ENQUEUE = `
  INSERT INTO store.unclustered (${names(UNCLUSTERED_COLUMNS)})
  SELECT ${values(UNCLUSTERED_COLUMNS)} FROM ${unnest(UNCLUSTERED_COLUMNS)}`;

/**
 * Takes the clusterer's turn to the end of the transaction, unless another has it. Every statement here names the rows that it wants, so
 * they are to be found one by one: Postgres would rather read a whole table where it has grown since it was last counted.
 */
export const TAKE_TURN = `
  SELECT pg_try_advisory_xact_lock(hashtextextended('khabar store clusters', 0)) AS taken,
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true)`;

/** So many of the articles that have waited longest, as they are now; of a row that is gone, or an article that is known as another, no body. $1 how many. */
export const SELECT_QUEUED = `
  SELECT q.position, q.article_id, q.queued_at, left(a.body, ${COMPARED_LENGTH}) AS body, e.keys
  FROM (SELECT * FROM store.unclustered WHERE NOT set_aside ORDER BY position LIMIT $1) AS q
  LEFT JOIN store.articles a ON a.id = q.article_id AND a.withdrawn IS DISTINCT FROM 'superseded'
  LEFT JOIN store.article_echoes e ON e.article_id = q.article_id
  ORDER BY q.position`;

/** $1 positions. */
export const DELETE_QUEUED = 'DELETE FROM store.unclustered WHERE position = ANY($1)';

/** Keeps articles that cannot be looked at from being tried again. $1 positions. */
export const SET_ASIDE = 'UPDATE store.unclustered SET set_aside = true WHERE position = ANY($1)';

/** How long the queue is, at most $1, and since when its oldest article waits. */
export const SELECT_LAG = `
  SELECT count(*)::int AS articles, min(queued_at) AS since
  FROM (SELECT queued_at FROM store.unclustered WHERE NOT set_aside ORDER BY position LIMIT $1) AS q`;

/** $1 keys, $2 the ids of their articles. */
export const DELETE_KEYS = `
  DELETE FROM store.echo_keys e USING unnest($1::bigint[], $2::uuid[]) AS x(key, article_id)
  WHERE e.key = x.key AND e.article_id = x.article_id`;

/** In order, for that is how the index takes them fastest. $1 keys, $2 the ids of their articles. */
export const INSERT_KEYS = `
  INSERT INTO store.echo_keys (key, article_id)
  SELECT x.key, x.article_id FROM unnest($1::bigint[], $2::uuid[]) AS x(key, article_id) ORDER BY 1, 2`;

/**
 * Who stands beside these places in the rows of their keys; places of keys that nobody has are left out.
 * $1 keys, $2 ids.
 */
export const SELECT_NEIGHBOURS = `
  SELECT x.key, x.article_id,
    ARRAY(SELECT e.article_id FROM store.echo_keys e WHERE e.key = x.key AND e.article_id < x.article_id
      ORDER BY e.article_id DESC LIMIT ${REACH}) AS before,
    ARRAY(SELECT e.article_id FROM store.echo_keys e WHERE e.key = x.key AND e.article_id > x.article_id
      ORDER BY e.article_id LIMIT ${REACH}) AS after
  FROM unnest($1::bigint[], $2::uuid[]) AS x(key, article_id)
  CROSS JOIN LATERAL (SELECT FROM store.echo_keys e WHERE e.key = x.key LIMIT 1) AS known`;

/** Which of these pairs stand within reach of each other in the row of a key that both have. $1 the smaller ids, $2 the larger ones. */
export const SELECT_WITHIN_REACH = `
  SELECT x.id, x.other_id FROM unnest($1::uuid[], $2::uuid[]) AS x(id, other_id)
  JOIN store.article_echoes a ON a.article_id = x.id
  JOIN store.article_echoes b ON b.article_id = x.other_id
  WHERE EXISTS (
    SELECT FROM unnest(a.keys) AS k(key) WHERE k.key = ANY(b.keys) AND ${REACH} > (
      SELECT count(*) FROM (
        SELECT FROM store.echo_keys e WHERE e.key = k.key AND e.article_id > x.id AND e.article_id < x.other_id LIMIT ${REACH}
      ) AS between_them))`;

/** The keys of articles that had none. $1 ids, $2 their keys as array literals. */
export const PUT_ARTICLE_KEYS = `
  INSERT INTO store.article_echoes (article_id, keys)
  SELECT x.article_id, x.keys::bigint[] FROM unnest($1::uuid[], $2::text[]) AS x(article_id, keys) ORDER BY 1
  ON CONFLICT (article_id) DO UPDATE SET keys = excluded.keys`;

/** $1 ids. */
export const DELETE_ARTICLE_KEYS = 'DELETE FROM store.article_echoes WHERE article_id = ANY($1)';

/** $1 ids. */
export const SELECT_BODIES = `
  SELECT id, left(body, ${COMPARED_LENGTH}) AS body FROM store.articles WHERE id = ANY($1) AND body IS NOT NULL`;

/** The links of these articles. $1 ids. */
export const SELECT_LINKS = 'SELECT article_id AS id, other_id FROM store.echo_links WHERE article_id = ANY($1)';

/** Which of these pairs are linked. $1 ids, $2 the other ids. */
export const SELECT_LINKED = `
  SELECT l.article_id AS id, l.other_id FROM unnest($1::uuid[], $2::uuid[]) AS x(id, other_id)
  JOIN store.echo_links l ON l.article_id = x.id AND l.other_id = x.other_id`;

/** From both ends. $1 ids, $2 the other ids. */
export const INSERT_LINKS = `
  INSERT INTO store.echo_links (article_id, other_id)
  SELECT id, other_id FROM unnest($1::uuid[] || $2::uuid[], $2::uuid[] || $1::uuid[]) AS x(id, other_id) ORDER BY 1, 2`;

/** From both ends. $1 ids, $2 the other ids. */
export const DELETE_LINKS = `
  DELETE FROM store.echo_links l USING unnest($1::uuid[] || $2::uuid[], $2::uuid[] || $1::uuid[]) AS x(id, other_id)
  WHERE l.article_id = x.id AND l.other_id = x.other_id`;

/** Which of these pairs have a neighbour in common, so that they hang together without a link of their own. $1 ids, $2 the other ids. */
export const SELECT_HELD_TOGETHER = `
  SELECT x.id, x.other_id FROM unnest($1::uuid[], $2::uuid[]) AS x(id, other_id)
  WHERE EXISTS (
    SELECT FROM store.echo_links l JOIN store.echo_links r ON r.article_id = l.other_id
    WHERE l.article_id = x.id AND r.other_id = x.other_id)`;

/** Which clusters these articles are in. $1 ids. */
export const SELECT_CLUSTERS_OF =
  'SELECT id, cluster_id FROM store.articles WHERE id = ANY($1) AND cluster_id IS NOT NULL';

/** $1 ids of clusters. */
export const SELECT_MEMBERS = 'SELECT id, cluster_id FROM store.articles WHERE cluster_id = ANY($1)';

/** In order, as every transaction locks them. $1 ids. */
export const LOCK_ARTICLES = 'SELECT FROM store.articles WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE';

/** Says of articles in which cluster they are. Whoever is shown takes a number for the announcement. $1 ids, $2 clusters or null, $3 now. */
export const UPDATE_CLUSTERS = `
  UPDATE store.articles a SET cluster_id = x.cluster_id,
    revision = CASE WHEN withdrawn IS NULL THEN last_number + 1 ELSE revision END,
    last_number = CASE WHEN withdrawn IS NULL THEN last_number + 1 ELSE last_number END,
    stored_at = CASE WHEN withdrawn IS NULL THEN $3 ELSE stored_at END
  FROM unnest($1::uuid[], $2::uuid[]) AS x(id, cluster_id)
  WHERE a.id = x.id
  RETURNING a.id, a.revision, a.withdrawn, a.cluster_id, encode(a.content_hash, 'hex') AS content_hash`;
