import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What lists with filters, and searches for frequent words, are read by. */
export class SearchFilters1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX articles_authors ON store.articles USING gin (authors)');
    await runner.query('CREATE INDEX articles_tags ON store.articles USING gin (tags)');
    // nine articles of ten are of the kind `article`, and found by walking all
    await runner.query(`
      CREATE INDEX articles_newest_by_kind ON store.articles (kind, sort_at DESC, id DESC)
      WHERE withdrawn IS NULL AND kind <> 'article'`);
    await runner.query('ALTER TABLE store.article_search ADD COLUMN language text');
    await runner.query(`
      UPDATE store.article_search s SET language = lower(a.language) FROM store.articles a WHERE a.id = s.article_id`);
    await runner.query('CREATE INDEX article_search_newest ON store.article_search (sort_at DESC, article_id DESC)');
    // the 2,000 most frequent lexemes are known to the planner, and by the last of them how rare the others are
    await runner.query('ALTER TABLE store.article_search ALTER COLUMN vector SET STATISTICS 200');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE store.article_search ALTER COLUMN vector SET STATISTICS DEFAULT');
    await runner.query('DROP INDEX store.article_search_newest');
    await runner.query('ALTER TABLE store.article_search DROP COLUMN language');
    await runner.query('DROP INDEX store.articles_newest_by_kind, store.articles_tags, store.articles_authors');
  }
}
