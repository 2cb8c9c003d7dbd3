import { assignments, names, unnest, unnestInOrder, values } from '../database/set-statement.ts';
import {
  ARTICLE_COLUMNS,
  ARTICLE_WITH_TEXT_COLUMNS,
  DATE_COLUMNS,
  EARLIER_TEXT_COLUMNS,
  EARLIER_TEXT_KEY,
  FORM_COLUMNS,
  OUTBOX_COLUMNS,
  RAW_COLUMNS,
  REVISION_COLUMNS,
  STATE_COLUMNS,
  TEXT_COLUMNS,
} from './article-columns.ts';

const HASHES = `encode(content_hash, 'hex') AS content_hash, encode(metadata_hash, 'hex') AS metadata_hash`;
const PLAIN_FORM_COLUMNS = names(FORM_COLUMNS.filter(({ name }) => !name.endsWith('_hash')));

/** Places, from 1, of those of these events that are part of the store already: one row, for a row of each would cost more than finding it. $1 article ids, $2 event ids. */
export const SELECT_KNOWN_EVENTS = `
  SELECT coalesce(array_agg(x.place::int), '{}') AS places
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS x(article_id, event_id, place)
  JOIN store.revisions r USING (article_id, event_id)`;

/** Remembers raw articles that were never seen, and returns which these are. Rows are written in order of id, as everywhere, so that two stores never wait for each other in a ring. */
export const INSERT_RAW_ARTICLES = `
  INSERT INTO store.raw_articles (${names(RAW_COLUMNS)})
  SELECT ${values(RAW_COLUMNS)} FROM ${unnest(RAW_COLUMNS)} ORDER BY x.raw_id
  ON CONFLICT (raw_id) DO NOTHING
  RETURNING raw_id`;

/** $1 raw ids. */
export const LOCK_RAW_ARTICLES = `
  SELECT ${names(RAW_COLUMNS)} FROM store.raw_articles WHERE raw_id = ANY($1) ORDER BY raw_id FOR NO KEY UPDATE`;

/** What is known of raw articles, without a lock. $1 raw ids. */
export const SELECT_RAW_ARTICLES = `SELECT ${names(RAW_COLUMNS)} FROM store.raw_articles WHERE raw_id = ANY($1)`;

/** $1 article ids. */
export const LOCK_ARTICLES = `
  SELECT id, ${names(STATE_COLUMNS)}, cluster_id, ${HASHES} FROM store.articles WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`;

/** Every form of these articles. $1 article ids. */
export const SELECT_FORMS = `
  SELECT article_id, number, stored_at, ${PLAIN_FORM_COLUMNS}, ${HASHES} FROM store.revisions WHERE article_id = ANY($1)`;

/** Of an article, what the API shows. */
export const SHOWN = `id, ${names(STATE_COLUMNS)}, cluster_id, ${PLAIN_FORM_COLUMNS}, ${HASHES}, ${names(TEXT_COLUMNS)}`;

/** Articles as the API shows them; to be followed by conditions. */
export const SELECT_ARTICLES = `SELECT ${SHOWN}, sort_at FROM store.articles`;

/**
 * For this transaction: all its statements see one state, the ways of a list and of a search are by index, and too short for what starts
 * slowly. Statements that the server knows again are planned once, whatever their parameters: it would plan them again for each, since it
 * cannot know that all come to the same, and that takes longer than to run them.
 */
export const FIND_BY_INDEX = `
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL enable_seqscan = off;
  SET LOCAL max_parallel_workers_per_gather = 0;
  SET LOCAL jit = off;
  SET LOCAL plan_cache_mode = force_generic_plan`;

/** As {@link SELECT_ARTICLES}, with all words of their texts and where they stand, in writing: to unnest a vector costs three times as much. $1 article ids. */
export const SELECT_FOUND_ARTICLES = foundArticles('vector');

/** As {@link SELECT_FOUND_ARTICLES}, with some words alone: to write all of them costs much more than to leave them out. $1 article ids, $2 lexemes. */
export const SELECT_ARTICLES_WITH_LEXEMES = foundArticles(
  `ts_filter(setweight(setweight(vector, 'D'), 'A', $2::text[]), '{a}')`,
);

function foundArticles(vector: string): string {
  return `
    SELECT a.*, (SELECT ${vector}::text FROM store.article_search WHERE article_id = a.id) AS vector
    FROM (${SELECT_ARTICLES} WHERE id = ANY($1)) AS a`;
}

/** Texts of an article that are not its present one. $1 its id, $2 and $3 their hashes. */
export const SELECT_EARLIER_TEXTS = `
  SELECT ${HASHES}, ${names(TEXT_COLUMNS)} FROM store.earlier_texts
  WHERE article_id = $1 AND (content_hash, metadata_hash) IN (
    SELECT decode(x.content_hash, 'hex'), decode(x.metadata_hash, 'hex')
    FROM unnest($2::text[], $3::text[]) AS x(content_hash, metadata_hash))`;

/** Every raw article that makes one of these articles. $1 article ids. */
export const SELECT_MAKERS = `SELECT ${names(RAW_COLUMNS)} FROM store.raw_articles WHERE article_id = ANY($1)`;

/** When an article counts as new: by the earliest date that any of its forms gave, but no later than we first saw it, so that who dates his articles ahead or again gains nothing. */
const SORT_AT = 'least(x.first_published_at, x.first_fetched_at)';
const LOWERED_SORT_AT = `least(a.sort_at, ${SORT_AT})`;

const SENT = [...ARTICLE_COLUMNS, ...DATE_COLUMNS];
const SENT_WITH_TEXT = [...ARTICLE_WITH_TEXT_COLUMNS, ...DATE_COLUMNS];

/** Returns the ids that were not there. */
export const INSERT_ARTICLES = `
  INSERT INTO store.articles (${names(ARTICLE_WITH_TEXT_COLUMNS)}, sort_at)
  SELECT ${values(ARTICLE_WITH_TEXT_COLUMNS)}, ${SORT_AT} FROM ${unnest(SENT_WITH_TEXT)} ORDER BY x.id
  ON CONFLICT (id) DO NOTHING
  RETURNING id`;

/** Articles whose text changed. */
export const UPDATE_ARTICLES_WITH_TEXT = `
  UPDATE store.articles a
  SET ${assignments(ARTICLE_WITH_TEXT_COLUMNS)}, sort_at = ${LOWERED_SORT_AT}
  FROM ${unnest(SENT_WITH_TEXT)} WHERE a.id = x.id`;

/** Articles of which all may have changed but the text. Says whether their place in lists did, or who told them. */
export const UPDATE_ARTICLES = `
  UPDATE store.articles a
  SET ${assignments(ARTICLE_COLUMNS)}, sort_at = ${LOWERED_SORT_AT}
  FROM ${unnest(SENT)} WHERE a.id = x.id
  RETURNING a.id, (old.sort_at, old.sources) <> (new.sort_at, new.sources) AS has_moved`;

/** Keeps the texts of these articles before others take their place. $1 article ids. */
export const KEEP_PRESENT_TEXTS = `
  INSERT INTO store.earlier_texts (article_id, content_hash, metadata_hash, ${names(TEXT_COLUMNS)})
  SELECT id, content_hash, metadata_hash, ${names(TEXT_COLUMNS)} FROM store.articles WHERE id = ANY($1)
  ON CONFLICT DO NOTHING`;

/** Keeps texts that are not shown. */
export const INSERT_EARLIER_TEXTS = `
  INSERT INTO store.earlier_texts (${names(EARLIER_TEXT_COLUMNS)})
  SELECT ${values(EARLIER_TEXT_COLUMNS)} FROM ${unnest(EARLIER_TEXT_COLUMNS)}
  ON CONFLICT DO NOTHING`;

/** Takes back texts that are shown again. */
export const TAKE_EARLIER_TEXTS = `
  DELETE FROM store.earlier_texts t USING ${unnest(EARLIER_TEXT_KEY)}
  WHERE (t.article_id, t.content_hash, t.metadata_hash) = (${values(EARLIER_TEXT_KEY)})
  RETURNING t.article_id, encode(t.content_hash, 'hex') AS content_hash, encode(t.metadata_hash, 'hex') AS metadata_hash,
    ${TEXT_COLUMNS.map(({ name }) => `t.${name}`).join(', ')}`;

/** Forms that were not there. */
export const INSERT_REVISIONS = `
  INSERT INTO store.revisions (${names(REVISION_COLUMNS)})
  SELECT ${values(REVISION_COLUMNS)} FROM ${unnest(REVISION_COLUMNS)}`;

/** Forms that begin a revision since another came between. $1 article ids, $2 event ids, $3 numbers. */
export const NUMBER_REVISIONS = `
  UPDATE store.revisions r SET number = x.number
  FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS x(article_id, event_id, number)
  WHERE r.article_id = x.article_id AND r.event_id = x.event_id`;

/** What is now known of raw articles that were known before. */
export const UPDATE_RAW_ARTICLES = `
  UPDATE store.raw_articles r SET ${assignments(RAW_COLUMNS)} FROM ${unnest(RAW_COLUMNS)} WHERE r.raw_id = x.raw_id`;

/** Announcements, in the order of the arrays. */
export const INSERT_ANNOUNCEMENTS = `
  INSERT INTO store.outbox (${names(OUTBOX_COLUMNS)})
  SELECT ${values(OUTBOX_COLUMNS)} FROM ${unnestInOrder(OUTBOX_COLUMNS)} ORDER BY x.place`;

/** Has the search index look at articles again. $1 article ids. */
export const ENQUEUE_UNINDEXED = 'INSERT INTO store.unindexed (article_id) SELECT * FROM unnest($1::uuid[])';
