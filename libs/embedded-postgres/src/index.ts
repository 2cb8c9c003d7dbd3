export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts';
export { type BackupListener, type CreateBackupOptions, createBackup } from './backup/create-backup.ts';
export { type BackupManifest, contentBytes } from './backup/manifest.ts';
export {
  type RestoreBackupOptions,
  type RestoredBackup,
  restoreBackup,
  verifyBackup,
} from './backup/restore-backup.ts';
export { findOlderSchemas } from './schema-versions.ts';
