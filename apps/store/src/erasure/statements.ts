const LOCK = `hashtextextended('khabar store erasure', 0)`;

/** Held to the end of their transactions by all who write texts, or what is made of texts: so none writes what is being erased. */
export const SHARE_LOCK = `SELECT pg_advisory_xact_lock_shared(${LOCK})`;

/** Waits until nobody writes texts, and keeps all from it to the end of the transaction. */
export const TAKE_LOCK = `SELECT pg_advisory_xact_lock(${LOCK})`;

/** Which of these events tell what was erased. $1 event ids, $2 article ids, $3 raw ids, $4 content hashes. */
export const SELECT_ERASED_EVENTS = `
  SELECT x.event_id FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[]) AS x(event_id, article_id, raw_id, content_hash)
  WHERE EXISTS (SELECT FROM store.erased_articles e WHERE e.article_id = x.article_id)
    OR EXISTS (SELECT FROM store.erased_raw_articles e WHERE e.raw_id = x.raw_id)
    OR EXISTS (SELECT FROM store.erased_texts e WHERE e.content_hash = x.content_hash)`;

/** Which of these raw articles were erased. $1 raw ids. */
export const SELECT_ERASED_RAW_IDS = 'SELECT raw_id FROM store.erased_raw_articles WHERE raw_id = ANY($1)';

/** $1 article id. */
export const SELECT_ERASURE = `
  SELECT e.erased_at, ARRAY(SELECT r.raw_id FROM store.erased_raw_articles r WHERE r.article_id = e.article_id ORDER BY 1) AS raw_ids
  FROM store.erased_articles e WHERE e.article_id = $1`;

/** $1 article id, $2 now. */
export const INSERT_ERASED_ARTICLE = 'INSERT INTO store.erased_articles (article_id, erased_at) VALUES ($1, $2)';

/** $1 article id. */
export const ERASE_RAW_ARTICLES = `
  WITH gone AS (DELETE FROM store.raw_articles WHERE article_id = $1 RETURNING raw_id)
  INSERT INTO store.erased_raw_articles (raw_id, article_id) SELECT raw_id, $1 FROM gone ON CONFLICT DO NOTHING`;

/** Of a text without words too many pages have the like. $1 article id. */
export const REMEMBER_TEXTS = `
  INSERT INTO store.erased_texts (content_hash, article_id)
  SELECT DISTINCT content_hash, $1::uuid FROM store.revisions WHERE article_id = $1 AND word_count > 0 ON CONFLICT DO NOTHING`;
