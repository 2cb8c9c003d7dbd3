import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly, inBatches, makeIndex } from './online.ts';

/** What lists of one kind, and searches for frequent words, are read by. */
export class SearchFilters1764400000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // nine articles of ten are of the kind `article`, and found by walking all
    await makeIndex(
      runner,
      'articles_newest_by_kind',
      `ON store.articles (kind, sort_at DESC, id DESC) WHERE withdrawn IS NULL AND kind <> 'article'`,
    );
    await briefly(runner, () =>
      runner.query('ALTER TABLE store.article_search ADD COLUMN IF NOT EXISTS language text'),
    );
    await inBatches(
      runner,
      `WITH batch AS (
        SELECT article_id FROM store.article_search WHERE article_id > $1 ORDER BY article_id LIMIT $2 FOR NO KEY UPDATE
      ), changed AS (
        UPDATE store.article_search s SET language = lower(a.language) FROM batch JOIN store.articles a ON a.id = batch.article_id
        WHERE s.article_id = batch.article_id AND s.language IS DISTINCT FROM lower(a.language)
      )
      SELECT article_id AS last FROM batch ORDER BY article_id DESC LIMIT 1`,
    );
    await makeIndex(runner, 'article_search_newest', 'ON store.article_search (sort_at DESC, article_id DESC)');
    // the 2,000 most frequent lexemes are known to the planner, and by the last of them how rare the others are
    await runner.query('ALTER TABLE store.article_search ALTER COLUMN vector SET STATISTICS 200');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE store.article_search ALTER COLUMN vector SET STATISTICS DEFAULT');
    await runner.query('DROP INDEX store.article_search_newest');
    await runner.query('ALTER TABLE store.article_search DROP COLUMN language');
    await runner.query('DROP INDEX store.articles_newest_by_kind');
  }
}
