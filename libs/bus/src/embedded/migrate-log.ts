import { openPool } from './database.ts';
import { migrate } from './migrate.ts';

/** Brings the schema of the embedded log to today's form, as its owner. @throws KhabarError as {@link migrate} */
export async function migrateLog(databaseUrl: string): Promise<void> {
  const pool = openPool({ databaseUrl, clientId: 'khabar migrations', maxConnections: 1 });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
}
