import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What searches are looked up by: slots of time beside the words in one index, so that a search for what is frequent meets the newest
 * alone. Until it is made, searches go on by the index of words, articles are saved, and only the indexers wait.
 */
export class SearchByTime1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const seconds = `(date_part('epoch', sort_at AT TIME ZONE 'UTC'))::bigint`;
    const slots = [10, 13, 16, 19, 22].map((level) => `((${seconds} >> ${level}) << 5) + ${level}`);
    await exchange(runner, `(ARRAY[${slots.join(', ')}]), vector`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await exchange(runner, 'vector');
  }
}

/** Makes the index anew under its name, by which the function that empties its list calls it. */
async function exchange(runner: QueryRunner, keys: string): Promise<void> {
  await runner.query(
    `CREATE INDEX article_search_next ON store.article_search USING gin (${keys}) WITH (gin_pending_list_limit = 8192)`,
  );
  await runner.query('DROP INDEX store.article_search_vector');
  await runner.query('ALTER INDEX store.article_search_next RENAME TO article_search_vector');
}
