import type { MigrationInterface, QueryRunner } from 'typeorm';

const FORM = `
  event_id uuid NOT NULL,
  raw_id uuid NOT NULL,
  source_id uuid NOT NULL,
  fetched_at timestamptz(3) NOT NULL,
  how text NOT NULL,
  parser_version integer NOT NULL,
  content_hash bytea NOT NULL,
  metadata_hash bytea NOT NULL,
  url text,
  word_count integer NOT NULL,
  fingerprint bigint,
  warnings text[] NOT NULL`;

const TEXT = `
  external_id text,
  canonical_url text,
  title text,
  kicker text,
  summary text,
  body text,
  html text,
  headings text[] NOT NULL,
  kind text NOT NULL,
  authors text[] NOT NULL,
  agencies text[] NOT NULL,
  published_at timestamptz(3),
  modified_at timestamptz(3),
  published_offset text,
  published_precision text,
  language text,
  section text,
  tags text[] NOT NULL,
  images jsonb NOT NULL`;

/**
 * Articles, their forms and earlier texts, what raw articles became, and the outbox. There are no foreign keys: the tables are written by
 * one transaction that holds the article's row, and a check of each row against its article would cost more than writing it.
 */
export class CreateStore1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE store.articles (
        id uuid PRIMARY KEY,
        revision integer NOT NULL,
        last_number integer NOT NULL,
        withdrawn text,
        stored_at timestamptz(3) NOT NULL,
        first_fetched_at timestamptz(3) NOT NULL,
        sort_at timestamptz(3) NOT NULL,
        sources uuid[] NOT NULL,
        cluster_id uuid,
        ${FORM},
        ${TEXT},
        search tsvector NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX articles_newest ON store.articles (sort_at DESC, id DESC) WHERE withdrawn IS NULL',
    );
    await runner.query(`
      CREATE INDEX articles_newest_by_language ON store.articles (lower(split_part(language, '-', 1)), sort_at DESC, id DESC)
      WHERE withdrawn IS NULL`);
    await runner.query('CREATE INDEX articles_sources ON store.articles USING gin (sources)');
    await runner.query('CREATE INDEX articles_search ON store.articles USING gin (search)');
    await runner.query(`
      CREATE TABLE store.revisions (
        article_id uuid NOT NULL,
        number integer,
        stored_at timestamptz(3) NOT NULL,
        ${FORM},
        PRIMARY KEY (article_id, event_id)
      )`);
    await runner.query(`
      CREATE TABLE store.earlier_texts (
        article_id uuid NOT NULL,
        content_hash bytea NOT NULL,
        metadata_hash bytea NOT NULL,
        ${TEXT},
        PRIMARY KEY (article_id, content_hash, metadata_hash)
      )`);
    await runner.query(`
      CREATE TABLE store.raw_articles (
        raw_id uuid PRIMARY KEY,
        article_id uuid,
        event_id uuid,
        fetched_at timestamptz(3),
        parser_version integer,
        gone_fetched_at timestamptz(3),
        gone_parser_version integer
      )`);
    await runner.query('CREATE INDEX raw_articles_by_article ON store.raw_articles (article_id)');
    await runner.query(`
      CREATE TABLE store.outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        article_id uuid NOT NULL,
        revision integer NOT NULL,
        kind text NOT NULL,
        reason text,
        content_hash text,
        cluster_id uuid,
        stored_at timestamptz(3) NOT NULL,
        traceparent text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE store.outbox, store.raw_articles, store.earlier_texts, store.revisions, store.articles',
    );
  }
}
