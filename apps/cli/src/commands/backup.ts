import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import type { BackupManifest } from '@khabar/embedded-postgres';
import type { Command } from 'commander';
import { BackupProgress } from '../backup-progress.ts';
import { dataFolder, findEmbeddedPostgres } from '../bus-address.ts';
import { byteCount, count, shortTime, writeLine } from '../output.ts';
import { type Shell, secret } from '../shell.ts';
import { VERSION } from '../version.ts';

const MORE = `
Khabar may work meanwhile: the file has the database as it was at one moment, close before the command ended. Without a name it is
khabar-<time>.khb in this folder. It holds the password of the database, and is for this user's eyes alone. The raw archive (RAW_ARCHIVE) and Kafka's topics
are not in it. For a Postgres of your own there is pg_dump: docs/operators/backup.md.

Examples:
  $ khabar backup
  $ khabar backup /mnt/backups/khabar-2026-11-24.khb
  $ khabar backup verify /mnt/backups/khabar-2026-11-24.khb`;

const VERIFY_MORE = `
Example:
  $ khabar backup verify khabar-2026-11-24.khb`;

/** `khabar backup`: the embedded database in one file, and whether such a file is whole. */
export function addBackup(program: Command, shell: Shell): void {
  const backup = program
    .command('backup')
    .description('copy the embedded database into one file, while it works')
    .argument('[file]', 'the file to make')
    .option('--data <folder>', 'the data folder; unless given, that of KHABAR_DATA, else data')
    .addHelpText('after', MORE)
    .action((file: string | undefined, { data }: { data?: string }) => create(shell, file, data));
  backup
    .command('verify')
    .description('check that a backup is whole, without restoring it')
    .argument('<file>', 'the backup')
    .addHelpText('after', VERIFY_MORE)
    .action((file: string) => verify(shell, resolve(shell.cwd, file)));
}

async function create(shell: Shell, name: string | undefined, data: string | undefined): Promise<void> {
  const dataDir = embeddedFolder(shell, data);
  const databaseUrl = await addressOf(dataDir);
  const file = resolve(shell.cwd, name ?? `khabar-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}.khb`);
  const { createBackup } = await import('@khabar/embedded-postgres');
  let manifest: BackupManifest;
  {
    using listener = new BackupProgress(shell);
    const { signal } = shell;
    manifest = await createBackup({ dataDir, databaseUrl, file, khabarVersion: VERSION, listener, signal });
  }
  const { size } = await stat(file);
  await writeLine(shell, `${file}: ${await summary(manifest)}, in ${byteCount(size)}`);
}

async function verify(shell: Shell, file: string): Promise<void> {
  const { verifyBackup } = await import('@khabar/embedded-postgres');
  let manifest: BackupManifest;
  {
    using listener = new BackupProgress(shell);
    manifest = await verifyBackup(file, listener, shell.signal);
  }
  const { khabarVersion, postgresMajor } = manifest;
  await writeLine(
    shell,
    `${file} is whole: ${await summary(manifest)}, by Khabar ${khabarVersion} with Postgres ${postgresMajor}`,
  );
}

async function summary(manifest: BackupManifest): Promise<string> {
  const { contentBytes } = await import('@khabar/embedded-postgres');
  const files = count(manifest.files.length, 'file');
  return `${files}, ${byteCount(contentBytes(manifest))}, as of ${shortTime(manifest.endedAt)}`;
}

/**
 * The data folder that is meant: where DATABASE_URL is set, only one that is named is.
 * @throws KhabarError `not-embedded`
 */
export function embeddedFolder(shell: Shell, data: string | undefined): string {
  if (data !== undefined) return resolve(shell.cwd, data);
  if (secret(shell, 'DATABASE_URL') === undefined) return dataFolder(shell);
  throw new KhabarError(
    'not-embedded',
    'DATABASE_URL names a Postgres of your own: use pg_dump and pg_restore (docs/operators/backup.md), or name a data folder with --data',
  );
}

/** @throws KhabarError `no-database` where none runs there: what a backup tells of itself, Postgres is asked for */
async function addressOf(dataDir: string): Promise<string> {
  const found = await findEmbeddedPostgres(dataDir);
  switch (found.state) {
    case 'running':
      return found.url;
    case 'absent':
      throw new KhabarError('no-database', `${dataDir} has no database to back up`);
    case 'stopped':
      throw new KhabarError(
        'no-database',
        `The Postgres in ${dataDir} does not run, and a backup needs it: start Khabar, or the database alone with npm start -- --database`,
      );
    case 'unreadable':
      throw new KhabarError('no-database', `The Postgres in ${dataDir} cannot be used: ${found.reason}`);
  }
}
