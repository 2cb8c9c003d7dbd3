import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeIndex } from './online.ts';

/** The changes that were announced, in one order, for those who follow them over HTTP; and what is counted of them by the hour. */
export class Changes1764350000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await makeIndex(runner, 'articles_counted', 'ON store.articles (source_id, language) WHERE withdrawn IS NULL');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS store.changes (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        article_id uuid NOT NULL,
        revision integer NOT NULL,
        kind text NOT NULL,
        reason text,
        content_hash bytea,
        cluster_id uuid,
        stored_at timestamptz(3) NOT NULL,
        announced_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS store.changes_progress (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        deleted_to bigint NOT NULL,
        counted_to bigint NOT NULL
      )`);
    await runner.query(
      'INSERT INTO store.changes_progress (deleted_to, counted_to) VALUES (0, 0) ON CONFLICT DO NOTHING',
    );
    await runner.query(`
      CREATE TABLE IF NOT EXISTS store.hourly_counts (
        hour timestamptz(0) NOT NULL,
        source_id uuid NOT NULL,
        language text NOT NULL,
        created integer NOT NULL DEFAULT 0,
        revised integer NOT NULL DEFAULT 0,
        withdrawn integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        fetch_delays integer[] NOT NULL DEFAULT '{}',
        store_delays integer[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (hour, source_id, language)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX store.articles_counted');
    await runner.query('DROP TABLE store.hourly_counts, store.changes_progress, store.changes');
  }
}
