import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isThere, makeIndex } from './online.ts';

/**
 * What finds articles that tell the same news: which are still to be looked at, the keys by which each is found, and the links found.
 * `echo_keys` is by key alone, for an article's own keys stand in its row of `article_echoes`. `echo_links` has each link from both ends.
 */
export class Clusters1764300000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await makeIndex(
      runner,
      'articles_cluster',
      'ON store.articles (cluster_id, sort_at DESC, id DESC) WHERE cluster_id IS NOT NULL',
    );
    if (await isThere(runner, 'unclustered')) return;
    // what was stored before waits from now on, for until now nobody was to look at it
    await runner.query(`
      CREATE TABLE store.unclustered (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        article_id uuid NOT NULL,
        queued_at timestamptz(3) NOT NULL,
        set_aside boolean NOT NULL DEFAULT false
      );
      CREATE TABLE store.article_echoes (article_id uuid PRIMARY KEY, keys bigint[] NOT NULL);
      CREATE TABLE store.echo_keys (key bigint NOT NULL, article_id uuid NOT NULL, PRIMARY KEY (key, article_id));
      CREATE TABLE store.echo_links (article_id uuid NOT NULL, other_id uuid NOT NULL, PRIMARY KEY (article_id, other_id));
      INSERT INTO store.unclustered (article_id, queued_at) SELECT id, now() FROM store.articles ORDER BY stored_at`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX store.articles_cluster');
    await runner.query('DROP TABLE store.echo_links, store.echo_keys, store.article_echoes, store.unclustered');
  }
}
