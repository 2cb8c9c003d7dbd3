import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly, exchangeIndex, inBatches } from './online.ts';

/** Who told an article, who wrote it, its tags, kind and language, each as the first 64 bits of a SHA-256. */
const LABELS = `ARRAY(
  SELECT ('x' || encode(substr(sha256(convert_to(label, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint FROM (
    SELECT 's:' || unnest(a.sources) AS label
    UNION ALL SELECT 'a:' || unnest(a.authors)
    UNION ALL SELECT 't:' || unnest(a.tags)
    UNION ALL SELECT 'k:' || a.kind
    UNION ALL SELECT 'l:' || array_to_string((string_to_array(lower(a.language), '-'))[:subtags], '-')
      FROM generate_series(1, cardinality(string_to_array(a.language, '-'))) AS subtags) AS labels)`;

/**
 * What searches are filtered by, beside words and slots of time in one index, so that a search with filters reads no article but those it
 * finds. Searches go on by the index of before until it is made.
 */
export class SearchLabels1764800000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await briefly(runner, () =>
      runner.query(`ALTER TABLE store.article_search ADD COLUMN IF NOT EXISTS labels bigint[] NOT NULL DEFAULT '{}'`),
    );
    await inBatches(
      runner,
      `WITH batch AS (
        SELECT article_id FROM store.article_search WHERE article_id > $1 ORDER BY article_id LIMIT $2 FOR NO KEY UPDATE
      ), changed AS (
        UPDATE store.article_search s SET labels = ${LABELS} FROM batch JOIN store.articles a ON a.id = batch.article_id
        WHERE s.article_id = batch.article_id AND s.labels = '{}' AND s.refused IS NULL AND a.withdrawn IS NULL
      )
      SELECT article_id AS last FROM batch ORDER BY article_id DESC LIMIT 1`,
    );
    await exchangeIndex(runner, 'article_search_vector', definition(', labels'));
    // a store of before may have indexed some meanwhile, without labels
    await runner.query(`
      INSERT INTO store.unindexed (article_id) SELECT s.article_id FROM store.article_search s JOIN store.articles a ON a.id = s.article_id
      WHERE s.labels = '{}' AND s.refused IS NULL AND a.withdrawn IS NULL`);
    await briefly(runner, () => runner.query('ALTER TABLE store.article_search DROP COLUMN IF EXISTS language'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await exchangeIndex(runner, 'article_search_vector', definition(''));
    await runner.query('ALTER TABLE store.article_search DROP COLUMN labels, ADD COLUMN language text');
    await runner.query(
      'UPDATE store.article_search s SET language = lower(a.language) FROM store.articles a WHERE a.id = s.article_id',
    );
  }
}

function definition(labels: string): string {
  const seconds = `(date_part('epoch', sort_at AT TIME ZONE 'UTC'))::bigint`;
  const slots = [10, 13, 16, 19, 22].map((level) => `((${seconds} >> ${level}) << 5) + ${level}`);
  return `ON store.article_search USING gin ((ARRAY[${slots.join(', ')}]), vector${labels}) WITH (gin_pending_list_limit = 8192)`;
}
