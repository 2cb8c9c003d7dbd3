import { LOG_SCHEMA_VERSION } from '@khabar/bus';
import { MIGRATIONS as fetcherMigrations } from '../../apps/fetcher/src/database.ts';
import { MIGRATIONS as storeMigrations } from '../../apps/store/src/database/open-database.ts';

/** Up to which form this Khabar knows each schema of the database: a backup of a newer one is not restored. */
export function knownSchemasFile(): [path: string, text: string] {
  const known = {
    bus: LOG_SCHEMA_VERSION,
    fetcher: newest(fetcherMigrations),
    store: newest(storeMigrations),
  };
  return ['libs/embedded-postgres/src/backup/known-schemas.json', `${JSON.stringify(known, null, 2)}\n`];
}

/** The time at the end of the newest migration's name, in milliseconds since the epoch, as the database keeps it. */
function newest(migrations: readonly { readonly name: string }[]): number {
  return Math.max(...migrations.map(({ name }) => Number(/\d+$/.exec(name)![0])));
}
