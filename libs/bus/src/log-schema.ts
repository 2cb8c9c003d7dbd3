/** The schema of the embedded log, for whoever owns it and lets others work with it. */
export const LOG_SCHEMA = {
  name: 'bus',
  versionTable: 'schema_version',
  /** @throws KhabarError of the database, or `schema-too-new` */
  async migrate(databaseUrl: string): Promise<void> {
    const { migrateLog } = await import('./embedded/migrate-log.ts');
    await migrateLog(databaseUrl);
  },
} as const;
