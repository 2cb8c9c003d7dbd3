import { setTimeout } from 'node:timers/promises';
import { KhabarError } from '@khabar/contracts';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { databaseError } from './database-error.ts';
import { SCHEMA_STEPS } from './schema.ts';

/** How long a table is waited for at first and at last, and how many times as long others then have it to themselves. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
const WAYS_GIVEN = 5;

/** SQLSTATEs lock_not_available and deadlock_detected. */
const STOOD_IN_THE_WAY = new Set<string | undefined>(['55P03', '40P01']);

/**
 * Finds the schema `bus` in today's form, or brings it there. Any number of processes may do so at once; who only finds it needs no
 * right to change it.
 * @throws KhabarError `schema-too-new` when a newer program has been here, `database-not-prepared` when the schema is to be changed (or
 *   is closed to us) and our role may not do that, `database-refused` for a wrong user, password or database name
 */
export async function migrate(pool: Pool, steps: readonly string[] = SCHEMA_STEPS): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw explain(error);
  });
  let failure: Error | undefined;
  try {
    if ((await versionOf(client, steps.length)) === steps.length) return;
    for (let waitMs = FIRST_WAIT_MS; !(await takeSteps(client, steps, waitMs)); waitMs = longer(waitMs)) {
      await setTimeout(WAYS_GIVEN * waitMs);
    }
  } catch (error) {
    failure = explain(error);
    throw failure;
  } finally {
    client.release(failure); // a connection in the middle of a failed transaction is thrown away
  }
}

/**
 * Takes the steps that are still to be taken, in one transaction. All who work with a table wait behind whoever waits to change it, which a
 * dump may keep from that for hours: so it is not waited for long.
 * @returns false where others used a table all the time; then nothing is done
 */
async function takeSteps(client: PoolClient, steps: readonly string[], waitMs: number): Promise<boolean> {
  try {
    await client.query('begin');
    // before anything is looked at again: "if not exists" alone is no protection from another process at the same moment
    await client.query(`select pg_advisory_xact_lock(hashtextextended('khabar bus schema', 0))`);
    await client.query(`set local lock_timeout = ${waitMs}`);
    await client.query('create schema if not exists bus');
    await client.query('create table if not exists bus.schema_version (version integer not null)');
    const version = await versionOf(client, steps.length);
    for (const step of steps.slice(version ?? 0)) await client.query(step);
    if (version === null) await client.query('insert into bus.schema_version values ($1)', [steps.length]);
    else if (version < steps.length) await client.query('update bus.schema_version set version = $1', [steps.length]);
    await client.query('commit');
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || !STOOD_IN_THE_WAY.has(error.code)) throw error;
    await client.query('rollback');
    return false;
  }
}

function longer(waitMs: number): number {
  return Math.min(waitMs * 2, LONGEST_WAIT_MS);
}

/** Null where there is no schema yet. */
async function versionOf(client: PoolClient, known: number): Promise<number | null> {
  const { rows: found } = await client.query<{ there: boolean }>(
    `select to_regclass('bus.schema_version') is not null as there`,
  );
  if (!found[0]!.there) return null;
  const { rows } = await client.query<{ version: number }>('select version from bus.schema_version');
  const version = rows[0]?.version ?? null;
  if (version !== null && version > known) {
    throw new KhabarError(
      'schema-too-new',
      `The embedded log has version ${version}, this program knows ${known}: start the newer one`,
    );
  }
  return version;
}

/** SQLSTATE insufficient_privilege. */
const NOT_ALLOWED = '42501';
/** SQLSTATE classes of a server that is there and does not let us in. */
const REFUSED = /^(28|3D)/;

function explain(error: unknown): KhabarError {
  const code = error instanceof DatabaseError ? (error.code ?? '') : '';
  const { message } = databaseError(error);
  if (code === NOT_ALLOWED) {
    return new KhabarError(
      'database-not-prepared',
      `The schema bus is not as this program needs it, and our role may not change that (${message})`,
      { cause: error },
    );
  }
  if (REFUSED.test(code)) {
    return new KhabarError('database-refused', `Postgres refuses DATABASE_URL: ${message}`, { cause: error });
  }
  return databaseError(error);
}
