import type { MigrationInterface, QueryRunner } from 'typeorm';
import { exchangeIndex } from './online.ts';

/**
 * What searches are looked up by: slots of time beside the words in one index, so that a search for what is frequent meets the newest
 * alone. Until it is made, searches go on by the index of words.
 */
export class SearchByTime1764600000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const seconds = `(date_part('epoch', sort_at AT TIME ZONE 'UTC'))::bigint`;
    const slots = [10, 13, 16, 19, 22].map((level) => `((${seconds} >> ${level}) << 5) + ${level}`);
    await exchangeIndex(runner, 'article_search_vector', definition(`(ARRAY[${slots.join(', ')}]), vector`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await exchangeIndex(runner, 'article_search_vector', definition('vector'));
  }
}

function definition(keys: string): string {
  return `ON store.article_search USING gin (${keys}) WITH (gin_pending_list_limit = 8192)`;
}
