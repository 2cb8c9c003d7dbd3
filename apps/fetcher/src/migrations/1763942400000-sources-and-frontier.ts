import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sources with their schedule and lease, and the frontier. */
export class SourcesAndFrontier1763942400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE fetcher.source (
        id uuid NOT NULL,
        kind text NOT NULL,
        address text NOT NULL,
        title text,
        language text,
        site_url text,
        category text,
        interval_seconds integer,
        paused boolean NOT NULL DEFAULT false,
        next_poll_at timestamptz,
        poll_asked_at timestamptz,
        lease_token uuid,
        lease_until timestamptz,
        etag text,
        last_modified text,
        moved_to text,
        polled_at timestamptz,
        fetched_at timestamptz,
        last_status integer,
        failing_since timestamptz,
        failures_in_row integer NOT NULL DEFAULT 0,
        error_code text,
        error_message text,
        error_at timestamptz,
        gone_at timestamptz,
        poll_count integer NOT NULL DEFAULT 0,
        unchanged_count integer NOT NULL DEFAULT 0,
        failure_count integer NOT NULL DEFAULT 0,
        published_count integer NOT NULL DEFAULT 0,
        rejected_count integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT source_pk PRIMARY KEY (id)
      )`);
    await runner.query(`CREATE INDEX source_due ON fetcher.source (next_poll_at) WHERE next_poll_at IS NOT NULL`);
    await runner.query(`CREATE INDEX source_listed ON fetcher.source (created_at, id)`);
    await runner.query(`
      CREATE TABLE fetcher.announced (
        source_id uuid NOT NULL,
        id uuid NOT NULL,
        content_hash bytea NOT NULL,
        file_stamp text,
        identity_hash bytea,
        title_hash bytea,
        first_announced_at timestamptz NOT NULL DEFAULT now(),
        announced_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT announced_pk PRIMARY KEY (source_id, id),
        CONSTRAINT announced_source FOREIGN KEY (source_id) REFERENCES fetcher.source (id) ON DELETE CASCADE
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE fetcher.announced`);
    await runner.query(`DROP TABLE fetcher.source`);
  }
}
