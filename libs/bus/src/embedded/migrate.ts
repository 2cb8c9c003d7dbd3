import { KhabarError } from '@khabar/contracts';
import type { Pool } from 'pg';
import { databaseError } from './database-error.ts';
import { SCHEMA_STEPS } from './schema.ts';

/**
 * Brings the schema `bus` to today's form, or finds it there. Any number of processes may do so at once.
 * @throws KhabarError `schema-too-new` when a newer program has been here
 */
export async function migrate(pool: Pool, steps: readonly string[] = SCHEMA_STEPS): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseError(error);
  });
  let failure: Error | undefined;
  try {
    await client.query('begin');
    // before anything is looked at: "if not exists" alone is no protection from another process at the same moment
    await client.query(`select pg_advisory_xact_lock(hashtextextended('khabar bus schema', 0))`);
    await client.query('create schema if not exists bus');
    await client.query('create table if not exists bus.schema_version (version integer not null)');
    const { rows } = await client.query<{ version: number }>('select version from bus.schema_version');
    const version = rows[0]?.version ?? 0;
    if (version > steps.length) {
      throw new KhabarError(
        'schema-too-new',
        `The embedded log has version ${version}, this program knows ${steps.length}: start the newer one`,
      );
    }
    for (const step of steps.slice(version)) await client.query(step);
    if (rows.length === 0) await client.query('insert into bus.schema_version values ($1)', [steps.length]);
    else if (version < steps.length) await client.query('update bus.schema_version set version = $1', [steps.length]);
    await client.query('commit');
  } catch (error) {
    failure = databaseError(error);
    throw failure;
  } finally {
    client.release(failure); // a connection in the middle of a failed transaction is thrown away
  }
}
