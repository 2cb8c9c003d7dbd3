import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './online.ts';

/**
 * Bodies are not compressed where the server cannot do it by lz4: `pglz` takes half of what saving an article costs, and spares a fifth of
 * what it takes on the disk (ADR-0014). Bodies that are stored stay as they are until they change.
 */
export class BodyAsItIs1764550000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const rows: { isLz4: boolean }[] = await runner.query(
      `SELECT attcompression = 'l' AS "isLz4" FROM pg_attribute WHERE attrelid = 'store.articles'::regclass AND attname = 'body'`,
    );
    if (rows[0]!.isLz4) return;
    await briefly(runner, () => runner.query('ALTER TABLE store.articles ALTER COLUMN body SET STORAGE EXTERNAL'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE store.articles ALTER COLUMN body SET STORAGE EXTENDED');
  }
}
