import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './online.ts';

/**
 * The search index takes words from its list of what is pending, where each word is looked up once for all articles that have it: twice
 * as many articles at once cost less each (ADR-0009). Whoever searches reads the list too, so the indexer has it
 * emptied when nothing waits; for that one must own the index, as this function's owner does.
 */
export class SearchIndexInBulk1764560000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await briefly(runner, () =>
      runner.query('ALTER INDEX store.article_search_vector SET (gin_pending_list_limit = 8192)'),
    );
    await runner.query(`
      CREATE OR REPLACE FUNCTION store.empty_search_list() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
      AS $$ SELECT gin_clean_pending_list('store.article_search_vector') $$`);
    await runner.query('REVOKE ALL ON FUNCTION store.empty_search_list() FROM PUBLIC');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION store.empty_search_list()');
    await runner.query('ALTER INDEX store.article_search_vector RESET (gin_pending_list_limit)');
  }
}
