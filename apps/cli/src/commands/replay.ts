import { resolve } from 'node:path';
import { RAW_ARTICLES } from '@khabar/contracts';
import { Argument, type Command } from 'commander';
import { callService } from '../api.ts';
import { findBus, openFoundBus, topicsOf } from '../bus-address.ts';
import { Progress } from '../progress.ts';
import { RawLog } from '../replay/raw-log.ts';
import type { RawState } from '../replay/judge.ts';
import { type Bound, type Range, readBound } from '../replay/range.ts';
import { reportJson, reportText } from '../replay/report.ts';
import { Tally } from '../replay/tally.ts';
import type { Shell } from '../shell.ts';
import { sourceIdsOf } from '../source-ids.ts';
import { oneLine } from '../text-width.ts';
import { wholeNumber } from '../values.ts';

const MORE = `
Of each raw article the newest fetch of the range goes through the parser of this program. What then differs from the stored article
is published on news.articles.v1, and the store makes it a revision; what the store knows better is left alone. It may be stopped and
run again. Times are those of fetching, UTC; the end of the log as it is now is the end. It reads the archive of RAW_ARCHIVE or
--archive, where there is one, and the topic; it asks the store at KHABAR_STORE_URL what it has. ARTICLE_HTML is to be
set as the parser has it.

Examples:
  $ khabar replay news.raw.v1 --from 7d --diff
  $ khabar replay news.raw.v1 --from 2026-03-01 --source https://example.org/feed.xml --diff --examples 10
  $ khabar replay news.raw.v1 --from beginning --archive /var/lib/khabar/raw-archive`;

/** Of which the store knows nothing: only asked whether it answers. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
const DEFAULT_EXAMPLES = 3;
const MOST_FAULTS_TOLD = 5;

interface ReplayOptions {
  /** Null is the beginning. */
  readonly from: Bound | null;
  readonly to?: Bound | null;
  readonly source?: string;
  readonly archive?: string;
  readonly diff?: true;
  readonly examples: number;
  readonly json?: true;
}

/** `khabar replay`: what was fetched, through today's parser. */
export function addReplay(program: Command, shell: Shell): void {
  const bound = (text: string) => readBound(text, Date.now());
  program
    .command('replay')
    .description("run what was fetched through today's parser")
    .addArgument(new Argument('<topic>', 'the topic').choices([RAW_ARTICLES.name]))
    .requiredOption('--from <where>', 'beginning, a time, an age (7d), or an offset: 1200 or 3:1200,4:980', bound)
    .option('--to <where>', 'only before this time or offset', bound)
    .option('--source <source>', "only of this source: its id, a feed's URL, or a folder's path")
    .option('--archive <folder>', 'read the raw archive in this folder too')
    .option('--diff', 'write nothing; show field by field what would change')
    .option('--examples <count>', 'with --diff, so many examples of each field', wholeNumber(0, 100), DEFAULT_EXAMPLES)
    .option('--json', 'print what it came to as JSON')
    .addHelpText('after', MORE)
    .action((_topic: string, options: ReplayOptions) => replay(shell, options));
}

async function replay(shell: Shell, options: ReplayOptions): Promise<void> {
  const [{ replayRaw }, { PARSER_VERSION }, { articleSettings, readConfig }] = await Promise.all([
    import('../replay/replay-raw.ts'),
    import('@khabar/extraction'),
    import('@khabar/runtime'),
  ]);
  const { ARTICLE_HTML: html } = readConfig(articleSettings, shell.env);
  await statesOf(shell, [NOBODY]);
  await using bus = await openFoundBus(await findBus(shell), await topicsOf(shell));
  const range: Range = { from: options.from, to: options.to ?? null };
  const archive = options.archive ?? (shell.env['RAW_ARCHIVE']?.trim() || null);
  const log = await RawLog.open(bus, archive === null ? null : resolve(shell.cwd, archive), range);
  const tally = new Tally(options.examples);
  const isDiff = options.diff === true;
  const sources = options.source === undefined ? null : new Set(sourceIdsOf(shell, options.source));
  const { signal } = shell;
  const faults = tellFaults(shell);
  let isDone = false;
  try {
    using progress = new TwoPasses(shell);
    await replayRaw(
      {
        bus,
        log,
        signal,
        statesOf: (rawIds) => statesOf(shell, rawIds),
        onFound: (events) => progress.found(events),
        onDone: (count, of, last) => progress.done(count, of, last),
        onUnreadable: faults,
      },
      { sources, publish: !isDiff, extraction: { html } },
      tally,
    );
    isDone = !signal.aborted;
  } finally {
    // What was done by then is told, whatever ended it.
    const frame = { parserVersion: PARSER_VERSION, diff: isDiff, stopped: !isDone };
    const report = options.json ? JSON.stringify(reportJson(tally, frame), null, 2) : reportText(shell, tally, frame);
    shell.stdout.write(`${report}\n`);
  }
  signal.throwIfAborted();
}

async function statesOf(shell: Shell, rawIds: readonly string[]): Promise<readonly RawState[]> {
  const response = await callService(shell, 'store', '/api/v1/raw-articles', { query: { id: rawIds.join(',') } });
  return ((await response.json()) as { items: RawState[] }).items;
}

/** One line for the search for the newest fetches, then a bar for the work. */
class TwoPasses implements Disposable {
  readonly #shell: Shell;
  #progress: Progress;
  #isWorking = false;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#progress = new Progress(shell, null);
  }

  found(events: number): void {
    this.#progress.advance(events, 'events looked through');
  }

  done(count: number, of: number, last: string): void {
    if (!this.#isWorking) {
      this.#progress[Symbol.dispose]();
      this.#progress = new Progress(this.#shell, of);
      this.#isWorking = true;
    }
    this.#progress.advance(count, last);
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }
}

function tellFaults(shell: Shell): (where: string, error: Error) => void {
  let told = 0;
  return (where, { message }) => {
    told += 1;
    if (told <= MOST_FAULTS_TOLD) shell.stderr.write(`cannot be read: ${oneLine(where)}: ${oneLine(message)}\n`);
  };
}
