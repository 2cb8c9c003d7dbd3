import type { Client } from 'pg';
import knownSchemas from './backup/known-schemas.json' with { type: 'json' };

type SchemaName = keyof typeof knownSchemas;

/** Where each of our schemas notes which form it has; of another database it may be missing. */
const VERSION_QUERIES: Readonly<Record<SchemaName, readonly [table: string, query: string]>> = {
  bus: ['bus.schema_version', 'select max(version) as version from bus.schema_version'],
  fetcher: ['fetcher.migration', 'select max("timestamp") as version from fetcher.migration'],
  store: ['store.migrations', 'select max("timestamp") as version from store.migrations'],
};

/** Which form each of our schemas has that is there: the time of its newest migration, of `bus` the number of its steps. */
export async function readSchemaVersions(client: Client): Promise<Readonly<Record<string, number>>> {
  const versions: Record<string, number> = {};
  for (const [schema, [table, query]] of Object.entries(VERSION_QUERIES)) {
    const { rows: found } = await client.query<{ isThere: boolean }>(
      'select to_regclass($1) is not null as "isThere"',
      [table],
    );
    if (!found[0]!.isThere) continue;
    const { rows } = await client.query<{ version: string | number | null }>(query);
    const version = rows[0]!.version;
    if (version !== null) versions[schema] = Number(version);
  }
  return versions;
}

/** Which of our schemas are there in a form older than this Khabar's, so that their services would not start. */
export async function findOlderSchemas(client: Client): Promise<readonly string[]> {
  const versions = await readSchemaVersions(client);
  return Object.entries(knownSchemas)
    .filter(([schema, known]) => (versions[schema] ?? known) < known)
    .map(([schema]) => schema);
}
