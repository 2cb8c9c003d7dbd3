import { resolve } from 'node:path';
import type { RestoredBackup } from '@khabar/embedded-postgres';
import type { Command } from 'commander';
import { BackupProgress } from '../backup-progress.ts';
import { kafkaBrokers } from '../bus-address.ts';
import { shortTime, writeLine } from '../output.ts';
import type { Shell } from '../shell.ts';
import { embeddedFolder } from './backup.ts';

const MORE = `
Khabar must be stopped. Everything is checked before anything is put in place; a database that is there already is never deleted.

Examples:
  $ khabar restore khabar-2026-11-24.khb
  $ khabar restore khabar-2026-11-24.khb --replace        the database that is there is moved aside
  $ khabar restore khabar-2026-11-24.khb --data /tmp/look && KHABAR_DATA=/tmp/look npm start`;

interface RestoreOptions {
  readonly data?: string;
  readonly replace?: boolean;
}

/** `khabar restore`: the embedded database as it was in a backup. */
export function addRestore(program: Command, shell: Shell): void {
  program
    .command('restore')
    .description('put the embedded database back as a backup has it')
    .argument('<file>', 'the backup')
    .option('--data <folder>', 'the data folder; unless given, that of KHABAR_DATA, else data')
    .option('--replace', 'move the database that is there into a folder beside it')
    .addHelpText('after', MORE)
    .action((file: string, options: RestoreOptions) => restore(shell, resolve(shell.cwd, file), options));
}

async function restore(shell: Shell, file: string, { data, replace = false }: RestoreOptions): Promise<void> {
  const dataDir = embeddedFolder(shell, data);
  const { restoreBackup } = await import('@khabar/embedded-postgres');
  let restored: RestoredBackup;
  {
    using listener = new BackupProgress(shell);
    restored = await restoreBackup({ file, dataDir, replace, listener, signal: shell.signal });
  }
  const asOf = shortTime(restored.manifest.endedAt);
  const lines = [`restored in ${dataDir}, as of ${asOf}`];
  if (restored.movedTo !== null) {
    lines.push(`The database that was there is in ${restored.movedTo}; remove it when you need it no more.`);
  }
  if (kafkaBrokers(shell).length > 0) {
    lines.push(
      'Kafka is ahead of it: before you start Khabar, let the store read again (docs/operators/backup.md, "Restoring", step 3).',
    );
  }
  lines.push(
    'Start Khabar, then erase again what was erased since (khabar articles erase ID): the backup still has it.',
  );
  for (const line of lines) await writeLine(shell, line);
}
