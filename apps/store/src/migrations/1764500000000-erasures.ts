import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is left of articles that were erased, so that they do not come back: their ids, those of their raw articles, and what told their texts. */
export class Erasures1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE store.erased_articles (article_id uuid PRIMARY KEY, erased_at timestamptz(3) NOT NULL)',
    );
    await runner.query('CREATE TABLE store.erased_raw_articles (raw_id uuid PRIMARY KEY, article_id uuid NOT NULL)');
    await runner.query('CREATE INDEX erased_raw_articles_by_article ON store.erased_raw_articles (article_id)');
    await runner.query('CREATE TABLE store.erased_texts (content_hash bytea PRIMARY KEY, article_id uuid NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.erased_texts, store.erased_raw_articles, store.erased_articles');
  }
}
