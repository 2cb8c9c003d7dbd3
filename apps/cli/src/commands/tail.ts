import type { Bus, ReadFrom, StoredRecord } from '@khabar/bus';
import { KhabarError, TOPICS } from '@khabar/contracts';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { findBus, openFoundBus } from '../bus-address.ts';
import { eventLine, recordAsJson } from '../event-line.ts';
import { writeLine } from '../output.ts';
import type { Shell } from '../shell.ts';
import { manyLines } from '../text-width.ts';
import { instantOrAge, wholeNumber } from '../values.ts';

/** So many that the creations of all seeds are among them. */
const LAST_RECORDS = 50;

const MORE = `
Without --from it begins with the last ${LAST_RECORDS} events. It reads the bus itself: Kafka (KAFKA_BROKERS), else the Postgres of
DATABASE_URL, else the one that npm start runs in this folder. Ctrl-C ends it, with exit code 0.

Examples:
  $ khabar tail news.changes.v1
  $ khabar tail news.raw.v1.dead-letter --from beginning --no-follow --full
  $ khabar tail news.articles.v1 --from 15m --json | jq .data.title`;

interface TailOptions {
  readonly from?: ReadFrom;
  readonly follow: boolean;
  readonly json?: true;
  readonly full?: true;
  readonly limit?: number;
}

/** `khabar tail`: the events of one topic as they come, without a consumer group. */
export function addTail(program: Command, shell: Shell): void {
  program
    .command('tail')
    .description('print the events of a topic as they come')
    .addArgument(new Argument('<topic>', 'the topic').choices(TOPICS.map(({ name }) => name)))
    .option('--from <where>', 'beginning, end, an instant (2026-03-14T09:30:00Z) or an age (15m)', (text) =>
      readFrom(text, Date.now()),
    )
    .option('--no-follow', 'end where the topic ends now')
    .option('--json', 'one JSON object an event, with headers and data')
    .option('--full', 'print headers and data under each line')
    .option('--limit <count>', 'end after so many events', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addHelpText('after', MORE)
    .action((topic: string, options: TailOptions) => tail(shell, topic, options));
}

async function tail(shell: Shell, topic: string, options: TailOptions): Promise<void> {
  await using bus = await openFoundBus(await findBus(shell));
  const { limit = Infinity } = options;
  let left = limit;
  try {
    for await (const record of records(bus, topic, options, shell.signal)) {
      await writeLine(shell, show(shell, record, options));
      left -= 1;
      if (left === 0) break;
    }
  } catch (error) {
    if (!shell.signal.aborted) throw error; // to be stopped is how it ends
  }
}

function records(bus: Bus, topic: string, { from, follow, limit = Infinity }: TailOptions, signal: AbortSignal) {
  return from === undefined
    ? lastRecords(bus, topic, Math.min(LAST_RECORDS, limit), follow, signal)
    : bus.read(topic, { from, follow, signal });
}

/** The last records of the whole topic in the order of their time, then what comes. */
async function* lastRecords(
  bus: Bus,
  topic: string,
  last: number,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<StoredRecord> {
  const state = (await bus.topics()).find(({ name }) => name === topic);
  if (state === undefined) {
    throw new KhabarError('no-topic', `The topic ${topic} does not exist yet: it is made when Khabar starts`);
  }
  const behind = new Map(
    state.partitions
      .filter(({ startOffset, endOffset }) => endOffset > startOffset)
      .map(({ partition, endOffset }) => [partition, endOffset]),
  );
  const kept: StoredRecord[] = [];
  for await (const record of bus.read(topic, { from: { last }, follow, signal })) {
    if (behind.size === 0) {
      yield record;
      continue;
    }
    kept.push(record);
    const end = behind.get(record.partition);
    if (end !== undefined && record.offset + 1n >= end) behind.delete(record.partition);
    if (behind.size === 0) yield* newest(kept.splice(0), last);
  }
  yield* newest(kept, last);
}

/** The newest records in order of time; of the same time, by place. */
export function newest(records: readonly StoredRecord[], last: number): StoredRecord[] {
  const inOrder = records.toSorted(
    (a, b) => a.appendedAt.localeCompare(b.appendedAt) || a.partition - b.partition || Number(a.offset - b.offset),
  );
  return inOrder.slice(Math.max(0, inOrder.length - last));
}

function show(shell: Shell, record: StoredRecord, { json, full }: TailOptions): string {
  if (json) return JSON.stringify(recordAsJson(record));
  const line = eventLine(shell, record);
  return full ? `${line}\n${details(record)}\n` : line;
}

function details(record: StoredRecord): string {
  const { partition, offset, headers, ...value } = recordAsJson(record);
  const content = 'dataBase64' in value ? value['dataBase64'] : value['data'];
  const lines = [
    `partition ${String(partition)}, offset ${String(offset)}`,
    ...Object.entries(headers as Record<string, string>).map(([name, text]) => `${name}: ${text}`),
    ...JSON.stringify(content, null, 2).split('\n'),
  ];
  return lines.map((line) => `    ${manyLines(line)}`).join('\n');
}

/** Where to begin, of what was typed. @throws InvalidArgumentError */
export function readFrom(text: string, nowMs: number): ReadFrom {
  if (text === 'beginning' || text === 'end') return text;
  try {
    return { sinceMs: instantOrAge(text, nowMs) };
  } catch {
    throw new InvalidArgumentError('Say beginning, end, a time such as 2026-03-14T09:30:00Z, or an age such as 15m.');
  }
}
