import { KhabarError } from '@khabar/contracts';
import type { Client } from 'pg';

/** A schema of Postgres that changes by migrations alone, which its owner runs; others work with the rows of its tables. */
export interface OwnedSchema {
  readonly name: string;
  /** The table in it that tells its version: written by migrations, only read by who works with it. */
  readonly versionTable: string;
  /** Brings it to today's form, or finds it there, as the role that the address names. @throws KhabarError of the database */
  migrate(databaseUrl: string): Promise<void>;
}

/** SQLSTATE insufficient_privilege. */
export const NOT_ALLOWED = '42501';

/** That a schema is to be changed, or is closed to us, and our role may not do that; the start of the service says what to do. */
export function notPrepared(schema: string, cause: Error): KhabarError {
  return new KhabarError(
    'database-not-prepared',
    `The schema ${schema} is not as this program needs it, and our role may not change that (${cause.message})`,
    { cause },
  );
}

/** Whether a schema has all steps of its migrations behind it: their names stand in its version table. @throws what the database says */
export async function isOfToday(
  client: Client,
  schema: Pick<OwnedSchema, 'name' | 'versionTable'>,
  steps: readonly { readonly name: string }[],
): Promise<boolean> {
  const table = `${schema.name}.${schema.versionTable}`;
  const { rows } = await client.query<{ there: boolean }>(`SELECT to_regclass('${table}') IS NOT NULL AS there`);
  if (!rows[0]!.there) return false;
  const taken = await client.query<{ name: string }>(`SELECT name FROM ${table}`);
  const names = new Set(taken.rows.map(({ name }) => name));
  return steps.every(({ name }) => names.has(name));
}
