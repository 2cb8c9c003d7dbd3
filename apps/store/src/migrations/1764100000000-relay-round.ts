import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The round of announcements that the relay is in: what it takes to announce each change exactly once. */
export class RelayRound1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE store.relay_round (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        number bigint NOT NULL,
        positions bigint[] NOT NULL
      )`);
    await runner.query(`INSERT INTO store.relay_round (number, positions) VALUES (0, '{}')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.relay_round');
  }
}
