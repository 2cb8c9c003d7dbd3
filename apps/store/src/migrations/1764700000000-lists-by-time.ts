import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropIndex, makeIndex } from './online.ts';

/** Columns that had an index each before. */
const REPLACED = ['sources', 'authors', 'tags'];

/**
 * What lists with filters are looked up by: slots of time beside sources, authors, tags, languages and kinds in one index, so that a list
 * meets the newest alone that fit all its filters. It takes the place of an index each of sources, authors and tags. New articles wait in
 * its list for a short time only, for every list reads that.
 */
export class ListsByTime1764700000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const seconds = `(date_part('epoch', sort_at AT TIME ZONE 'UTC'))::bigint`;
    const slots = [10, 13, 16, 19, 22].map((level) => `((${seconds} >> ${level}) << 5) + ${level}`);
    await makeIndex(
      runner,
      'articles_filters',
      `ON store.articles USING gin ((ARRAY[${slots.join(', ')}]), sources, authors, tags,
        (ARRAY[lower(split_part(language, '-', 1))]), (ARRAY[kind]))
      WITH (gin_pending_list_limit = 128) WHERE withdrawn IS NULL`,
    );
    for (const column of REPLACED) await dropIndex(runner, `articles_${column}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of REPLACED) {
      await makeIndex(runner, `articles_${column}`, `ON store.articles USING gin (${column})`);
    }
    await runner.query('DROP INDEX store.articles_filters');
  }
}
