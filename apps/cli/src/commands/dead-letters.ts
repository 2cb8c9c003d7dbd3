import { once } from 'node:events';
import type { Bus, ReadFrom } from '@khabar/bus';
import { KhabarError, type SettledAs, type Settlement, fromSettlementHeaders } from '@khabar/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { findBus, openFoundBus, topicsOf } from '../bus-address.ts';
import { canAsk } from '../confirm.ts';
import { type LetterLine, letterAsJson, letterLine, letterTable, letterText } from '../letter-text.ts';
import {
  LETTER_TOPICS,
  type Letter,
  type LetterFilter,
  letterOf,
  letterTopicOf,
  openLetterBox,
  placeOf,
} from '../letters.ts';
import { table, writeJson, writeLine } from '../output.ts';
import { type SettleOptions, settleLetters } from '../settle-letters.ts';
import type { Shell } from '../shell.ts';
import { sourceIdsOf } from '../source-ids.ts';
import { instantOrAge, wholeNumber } from '../values.ts';

const MORE = `
A dead letter is an event that could not be processed, or an input that never became one: as it came, with the reason. It stays
until its topic's retention ends (90 days unless set). Replayed or discarded it is settled, and no longer shown.

Examples:
  $ khabar dead-letters list --summary
  $ khabar dead-letters list --topic news.raw.v1 --code invalid-event --since 2h
  $ khabar dead-letters show news.raw.v1/3/17
  $ khabar dead-letters replay --code database-refused --dry-run
  $ khabar dead-letters discard news.raw.v1/3/17`;

const SETTLE_MORE = `
Say which: ids, a filter, or --all. What dies while it runs is not touched. Stopped in the middle, the same command goes on where it
was. The exit code is 1 when some of the letters stay open, and when an id is of no open letter. Without a terminal --all and discard
want --yes.`;

const LISTED = 50;

interface FilterOptions {
  readonly topic?: readonly string[];
  readonly code?: readonly string[];
  readonly since?: number;
  readonly until?: number;
  readonly service?: string;
  readonly source?: string;
}

/** `khabar dead-letters`: what could not be processed, and what is to become of it. */
export function addDeadLetters(program: Command, shell: Shell): void {
  const letters = program
    .command('dead-letters')
    .description('list, show, replay and discard what could not be processed')
    .addHelpText('after', MORE);
  filtered(letters.command('list'))
    .description('list the open dead letters, newest first')
    .option('--limit <count>', 'so many of them at most', wholeNumber(1, 10_000), LISTED)
    .option('--summary', 'count them by topic and code instead')
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  $ khabar dead-letters list --since 1d --code invalid-event,malformed-json')
    .action((options: ListOptions) => list(shell, options));
  letters
    .command('show')
    .description('print one dead letter: reason, headers, body')
    .argument('<id>', 'as list prints it: topic/partition/offset', letterId)
    .option('--raw', 'write the original bytes of its body, and nothing else')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ khabar dead-letters show news.raw.v1/3/17 --raw > body.json')
    .action((id: string, options: ShowOptions) => show(shell, id, options));
  settling(letters.command('replay'), shell, 'replayed')
    .description('put dead letters back on the topics that they came from')
    .addHelpText(
      'after',
      `${SETTLE_MORE}\n\nExample:\n  $ khabar dead-letters replay --topic news.articles.v1 --since 2h`,
    );
  settling(letters.command('discard'), shell, 'discarded')
    .description('settle dead letters without replaying them')
    .addHelpText('after', `${SETTLE_MORE}\n\nExample:\n  $ khabar dead-letters discard --code too-large --until 7d`);
}

function filtered(command: Command): Command {
  return command
    .option('--topic <topic>', 'only of this topic; several by comma', several(topicName))
    .option(
      '--code <code>',
      'only with this code; several by comma',
      several((code) => code),
    )
    .option('--since <when>', 'only what died since an instant (2026-03-14T09:30:00Z) or an age (2h)', moment)
    .option('--until <when>', 'only what died before an instant or an age', moment)
    .option('--service <name>', 'only what this service gave up')
    .option('--source <source>', 'only of this source (id, URL or path), where the event tells');
}

function settling(command: Command, shell: Shell, as: SettledAs): Command {
  return filtered(command.argument('[id...]', 'ids as list prints them', several(letterId)))
    .option('--all', 'all that are open')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .action((ids: readonly string[], options: FilterOptions & SettleOptions & { all?: true }) => {
      const { topic, code, since, until, service, source, all } = options;
      const chosen =
        ids.length > 0 || [topic, code, since, until, service, source].some((filter) => filter !== undefined);
      if (!chosen && all !== true) command.error('error: say which: ids, a filter, or --all');
      if (chosen && all === true) command.error('error: --all goes with no id and no filter');
      const isGrave = as === 'discarded' || all === true;
      if (isGrave && !options.yes && !options.dryRun && !canAsk(shell)) {
        command.error('error: nobody can be asked where there is no terminal: look with --dry-run, then say --yes');
      }
      return settle(shell, ids, as, options);
    });
}

interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly summary?: true;
  readonly json?: true;
}

async function list(shell: Shell, options: ListOptions): Promise<void> {
  await using bus = await openFoundBus(await findBus(shell));
  const box = await openLetterBox(bus, options.topic ?? LETTER_TOPICS, filterOf(shell, options), shell.signal);
  const codes = new Map<string, { topic: string; code: string; letters: number }>();
  let newest: LetterLine[] = [];
  let total = 0;
  for await (const letter of box.read(shell.signal)) {
    const line = letterLine(letter);
    total += 1;
    newest.push(line);
    if (newest.length >= options.limit * 2) newest = newestOf(newest, options.limit);
    const name = `${line.topic} ${line.reason?.code ?? ''}`;
    const counted = codes.get(name) ?? { topic: line.topic, code: line.reason?.code ?? '', letters: 0 };
    codes.set(name, { ...counted, letters: counted.letters + 1 });
  }
  newest = newestOf(newest, options.limit);
  const summary = [...codes.values()].sort((a, b) => b.letters - a.letters);
  if (options.json) return writeJson(shell, options.summary ? summary : newest);
  if (total === 0) return void shell.stderr.write('no open dead letter\n');
  if (options.summary) return writeLine(shell, summaryTable(shell, summary));
  await writeLine(shell, letterTable(shell, newest));
  if (total > newest.length) shell.stderr.write(`the newest ${newest.length} of ${total}: --limit shows more\n`);
}

function newestOf(lines: readonly LetterLine[], limit: number): LetterLine[] {
  return lines.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, limit);
}

function summaryTable(shell: Shell, rows: readonly { topic: string; code: string; letters: number }[]): string {
  return table(shell, rows, [
    { head: 'topic', text: ({ topic }) => topicName(topic) },
    { head: 'code', text: ({ code }) => code },
    { head: 'dead letters', text: ({ letters }) => letters.toLocaleString('en'), align: 'right' },
  ]);
}

interface ShowOptions {
  readonly raw?: true;
  readonly json?: true;
}

async function show(shell: Shell, id: string, { raw, json }: ShowOptions): Promise<void> {
  await using bus = await openFoundBus(await findBus(shell));
  const { letter, settlement } = await findLetter(bus, id, shell.signal);
  if (json) return writeJson(shell, letterAsJson(letter, settlement));
  if (!raw) return writeLine(shell, letterText(shell, letter, settlement));
  if (letter.record.value === null) return;
  if (!shell.stdout.write(letter.record.value)) await once(shell.stdout, 'drain', { signal: shell.signal });
}

async function findLetter(
  bus: Bus,
  id: string,
  signal: AbortSignal,
): Promise<{ letter: Letter; settlement: Settlement | null }> {
  const { topic, partition, offset } = placeOf(id)!;
  let letter: Letter | null = null;
  const from: ReadFrom = { offsets: new Map([[partition, offset]]) };
  for await (const record of bus.read(letterTopicOf(topic), { from, follow: false, signal })) {
    const settlement = record.value === null ? fromSettlementHeaders(record.headers) : null;
    if (letter === null && (record.offset !== offset || settlement !== null)) break;
    letter ??= letterOf(record);
    // its marker, if there is one, stands behind it in the partition
    if (settlement?.partition === partition && settlement.offset === String(offset)) return { letter, settlement };
  }
  signal.throwIfAborted();
  if (letter) return { letter, settlement: null };
  throw new KhabarError(
    'no-such-letter',
    `There is no dead letter ${id}: khabar dead-letters list shows those that there are`,
  );
}

async function settle(
  shell: Shell,
  ids: readonly string[],
  as: SettledAs,
  options: FilterOptions & SettleOptions,
): Promise<void> {
  await using bus = await openFoundBus(await findBus(shell), await topicsOf(shell));
  const ofIds = [...new Set(ids.map((id) => placeOf(id)!.topic))];
  const topics = options.topic ?? (ids.length > 0 ? ofIds : LETTER_TOPICS);
  const filter: LetterFilter = { ...filterOf(shell, options), ...(ids.length > 0 && { ids: new Set(ids) }) };
  await settleLetters(shell, bus, await openLetterBox(bus, topics, filter, shell.signal), ids, as, options);
}

function filterOf(shell: Shell, { code, since, until, service, source }: FilterOptions): LetterFilter {
  return {
    ...(code && { codes: code }),
    ...(since !== undefined && { sinceMs: since }),
    ...(until !== undefined && { untilMs: until }),
    ...(service !== undefined && { service }),
    ...(source !== undefined && { sourceIds: sourceIdsOf(shell, source) }),
  };
}

/** Reads an option or argument that may be repeated, and whose values may be parted by commas. */
function several(read: (text: string) => string): (text: string, earlier?: readonly string[]) => readonly string[] {
  return (text, earlier = []) => [...earlier, ...text.split(',').map((each) => read(each.trim()))];
}

function topicName(text: string): string {
  const topic = text.replace(/\.dead-letter$/, '');
  if (LETTER_TOPICS.includes(topic)) return topic;
  throw new InvalidArgumentError(`The topics are ${LETTER_TOPICS.join(', ')}.`);
}

function letterId(text: string): string {
  const place = placeOf(text);
  if (place) return `${place.topic}/${place.partition}/${place.offset}`;
  throw new InvalidArgumentError('Say topic/partition/offset, as khabar dead-letters list prints it.');
}

function moment(text: string): number {
  return instantOrAge(text, Date.now());
}
