import { Command, CommanderError } from 'commander';
import { addArticles } from './commands/articles.ts';
import { addBackup } from './commands/backup.ts';
import { addBus } from './commands/bus.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addExtract } from './commands/extract.ts';
import { addFeed } from './commands/feed.ts';
import { addParse } from './commands/parse.ts';
import { addReplay } from './commands/replay.ts';
import { addRestore } from './commands/restore.ts';
import { addSources } from './commands/sources.ts';
import { addStatus } from './commands/status.ts';
import { addTail } from './commands/tail.ts';
import { paint } from './output.ts';
import type { Shell, Stop } from './shell.ts';
import { oneLine } from './text-width.ts';
import { VERSION } from './version.ts';

const ABOUT = `
Examples:
  $ khabar articles पुतिन                          search what is stored
  $ khabar sources add https://example.org/feed.xml
  $ khabar tail news.changes.v1                    watch changes as they happen
  $ khabar backup                                  all of the embedded database in one file, while it works
  $ khabar doctor                                  find out what is wrong

Exit codes:
  0  done
  1  failed, or something is not as it should be
  2  wrong usage

Environment, also read from .env: KHABAR_FETCHER_URL, KHABAR_PARSER_URL, KHABAR_STORE_URL, API_KEY, KAFKA_BROKERS,
DATABASE_URL, KHABAR_DATA, NO_COLOR.`;

const WRONG_USAGE = 2;
/** As a shell says of a program that a signal ended: 128 and the signal's number. */
const STOPPED: Readonly<Record<Stop, number>> = { interrupted: 130, terminated: 143, 'output-closed': 0 };

/** Runs one command line (without the program's own name) and returns its exit code; what went wrong is one line on standard error. */
export async function runCli(args: readonly string[], shell: Shell): Promise<number> {
  const program = createProgram(shell);
  try {
    await program.parseAsync(args, { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (shell.signal.aborted) return STOPPED[shell.signal.reason as Stop];
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    const { red } = paint(shell, shell.stderr);
    const verbose = program.opts()['verbose'] === true || shell.env['LOG_LEVEL']?.trim() === 'debug';
    shell.stderr.write(`${red('error:')} ${describe(error, verbose)}\n`);
    return 1;
  }
}

function createProgram(shell: Shell): Command {
  const program = new Command('khabar')
    .description('Khabar: news in, clean articles and a stream of events out')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--verbose', 'with an error, print where it arose')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .addHelpText('after', ABOUT)
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      getOutHelpWidth: () => shell.stdout.columns ?? 100,
      getErrHelpWidth: () => shell.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error:/, paint(shell, shell.stderr).red('error:'))),
    });
  addSources(program, shell);
  addArticles(program, shell);
  addExport(program, shell);
  addTail(program, shell);
  addDeadLetters(program, shell);
  addReplay(program, shell);
  addStatus(program, shell);
  addDoctor(program, shell);
  addBackup(program, shell);
  addRestore(program, shell);
  addBus(program, shell);
  addParse(program, shell);
  addExtract(program, shell);
  addFeed(program, shell);
  return program;
}

function describe(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (!verbose) return oneLine(error.message);
  const causes = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause, true)}`;
  return `${error.stack ?? error.message}${causes}`;
}
