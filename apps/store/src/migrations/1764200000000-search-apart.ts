import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly, isThere } from './online.ts';

const LONG_TEXTS = ['summary', 'body', 'html'];

/** The search index apart from the articles, and the queue of what it does not show yet; all that is stored waits in it at first. */
export class SearchApart1764200000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // from then on no store of before can save, and all that they have saved is seen
    await briefly(runner, () => runner.query('ALTER TABLE store.articles DROP COLUMN IF EXISTS search'));
    // What was stored before waits from now on: until now there was nothing that it could be missing from. An upgrade shows as a long wait,
    // which is what searchers have of it. Words and places do not shrink: to try costs as much as to store them.
    if (!(await isThere(runner, 'unindexed'))) {
      await runner.query(`
        CREATE TABLE store.unindexed (
          position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          article_id uuid NOT NULL,
          queued_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE store.article_search (
          article_id uuid PRIMARY KEY,
          sort_at timestamptz(3) NOT NULL,
          vector tsvector NOT NULL,
          position bigint NOT NULL,
          refused text
        );
        ALTER TABLE store.article_search ALTER COLUMN vector SET STORAGE EXTERNAL;
        CREATE INDEX article_search_vector ON store.article_search USING gin (vector);
        INSERT INTO store.unindexed (article_id) SELECT id FROM store.articles ORDER BY sort_at DESC`);
    }
    await useLz4(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE store.articles ADD COLUMN search tsvector NOT NULL DEFAULT ''`);
    await runner.query('ALTER TABLE store.articles ALTER COLUMN search DROP DEFAULT');
    await runner.query('CREATE INDEX articles_search ON store.articles USING gin (search)');
    await runner.query('DROP TABLE store.article_search, store.unindexed');
  }
}

/** Compresses long texts in a third of the time, where the server was built with it; the server of `npm start` was not. */
async function useLz4(runner: QueryRunner): Promise<void> {
  const rows: unknown[] = await runner.query(
    `SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)`,
  );
  if (rows.length === 0) return;
  for (const table of ['articles', 'earlier_texts']) {
    const changes = LONG_TEXTS.map((column) => `ALTER COLUMN ${column} SET COMPRESSION lz4`);
    await briefly(runner, () => runner.query(`ALTER TABLE store.${table} ${changes.join(', ')}`));
  }
}
