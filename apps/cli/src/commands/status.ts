import { setTimeout as sleep } from 'node:timers/promises';
import { KhabarError } from '@khabar/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SERVICES, callService } from '../api.ts';
import { BusWatcher } from '../bus-look.ts';
import { paint, shortTime, writeJson, writeLine } from '../output.ts';
import { Screen } from '../screen.ts';
import { healthOf } from '../service-health.ts';
import type { Shell } from '../shell.ts';
import { type Status, statusText } from '../status-text.ts';
import { timeSpan } from '../values.ts';

const MORE = `
Rates are those of one second, with --watch of the interval. Dead letters are those neither replayed nor discarded; behind is
the age of the oldest event that a group has not committed.
The exit code is 1 when a service is not ready or the bus does not answer. Ctrl-C ends --watch, with exit code 0.

Examples:
  $ khabar status
  $ khabar status --watch --interval 5s
  $ khabar status --json | jq '.groups[] | select(.lagSeconds > 60)'`;

interface StatusOptions {
  readonly json?: true;
  readonly watch?: true;
  /** In milliseconds. */
  readonly interval: number;
}

/** `khabar status`: how the whole is, at this moment or from moment to moment. */
export function addStatus(program: Command, shell: Shell): void {
  program
    .command('status')
    .description('print how the services, the topics and their consumers are')
    .option('--watch', 'look again and again; on a terminal in place')
    .addOption(
      new Option('--interval <span>', 'with --watch, how often: 1s to 1h').default(2_000, '2s').argParser(interval),
    )
    .option('--json', 'print one JSON document; with --watch one line a look')
    .addHelpText('after', MORE)
    .action((options: StatusOptions) => (options.watch ? watch(shell, options) : once(shell, options)));
}

async function once(shell: Shell, { json }: StatusOptions): Promise<void> {
  await using watcher = new BusWatcher(shell);
  const found = await look(shell, watcher);
  if (!found.ready) shell.exitCode = 1;
  await (json ? writeJson(shell, found) : writeLine(shell, statusText(shell, found)));
}

async function watch(shell: Shell, { json, interval: intervalMs }: StatusOptions): Promise<void> {
  await using watcher = new BusWatcher(shell);
  using screen = json || !shell.stdout.isTTY ? null : new Screen(shell);
  try {
    for (;;) {
      const found = await look(shell, watcher);
      const at = new Date().toISOString();
      const head = paint(shell).dim(`${shortTime(at)}, every ${intervalMs / 1000} s, Ctrl-C ends`);
      if (json) await writeLine(shell, JSON.stringify({ at, ...found }));
      else if (screen) screen.show(`${head}\n\n${statusText(shell, found)}`);
      else await writeLine(shell, `${shortTime(at)}\n\n${statusText(shell, found)}\n`);
      await sleep(intervalMs, undefined, { signal: shell.signal });
    }
  } catch (error) {
    if (!shell.signal.aborted) throw error; // to be stopped is how it ends
  }
}

async function look(shell: Shell, watcher: BusWatcher): Promise<Status> {
  const [services, log, articles, sources] = await Promise.all([
    Promise.all(SERVICES.map((name) => healthOf(shell, name))),
    watcher.look(),
    countOf(shell, 'store', '/api/v1/stats', 'articles'),
    countOf(shell, 'fetcher', '/api/v1/sources?limit=1', 'total'),
  ]);
  const ready = log.bus.up !== false && services.every(({ state }) => state === 'ready');
  return { ready, services, ...log, articles, sources };
}

/** A number that a service tells; null where the service does not answer. */
async function countOf(
  shell: Shell,
  service: 'store' | 'fetcher',
  path: string,
  field: string,
): Promise<number | null> {
  try {
    const body = (await (await callService(shell, service, path)).json()) as Record<string, unknown>;
    return typeof body[field] === 'number' ? body[field] : null;
  } catch (error) {
    if (error instanceof KhabarError) return null; // its health says why
    throw error;
  }
}

const SHORTEST_MS = 1_000;
const LONGEST_MS = 3_600_000;

function interval(text: string): number {
  const ms = timeSpan(text);
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms;
  throw new InvalidArgumentError('Say a time from 1s to 1h, such as 5s or 1m.');
}
