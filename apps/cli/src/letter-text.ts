import { isUtf8 } from 'node:buffer';
import { type Settlement, isReasonHeader } from '@khabar/contracts';
import { recordAsJson } from './event-line.ts';
import type { Letter } from './letters.ts';
import { paint, shortTime, table } from './output.ts';
import type { Shell } from './shell.ts';
import { manyLines, oneLine } from './text-width.ts';

/** Bytes of a value that is no text which are shown. */
const HEAD_BYTES = 256;
/** Characters of a text that is no JSON which are shown. */
const HEAD_CHARACTERS = 4_000;

/** What a list shows of a letter, and what a program gets of it. */
export type LetterLine = Pick<Letter, 'id' | 'reason'> & {
  readonly at: string;
  readonly topic: string;
  readonly subject: string | null;
  readonly sourceId: string | null;
  readonly bytes: number;
};

/** The letter without its content. */
export function letterLine({ id, record, reason, sourceId }: Letter): LetterLine {
  const { topic, key, appendedAt, value } = record;
  return { id, at: appendedAt, topic, subject: key, sourceId, bytes: value?.length ?? 0, reason };
}

/** Letters as a table. */
export function letterTable(shell: Shell, letters: readonly LetterLine[]): string {
  return table(shell, letters, [
    { head: 'when', text: ({ at }) => shortTime(at) },
    { head: 'id', text: ({ id }) => id },
    { head: 'code', text: ({ reason }) => reason?.code ?? '' },
    { head: 'message', text: ({ reason }) => reason?.message ?? 'not put here by Khabar', shrinks: true },
  ]);
}

/** One letter with all that is known of it: the reason, the original headers, the body. */
export function letterText(
  shell: Shell,
  { id, record, reason, sourceId }: Letter,
  settlement: Settlement | null,
): string {
  const { red, dim } = paint(shell);
  const origin = reason?.origin;
  const facts: [string, string][] = [
    ['id', id],
    ['state', settlement === null ? 'open' : `${settlement.as} ${shortTime(settlement.at)}`],
    ['died', shortTime(record.appendedAt)],
  ];
  if (reason) {
    const tries = `${reason.attempts}, from ${shortTime(reason.firstAt)} to ${shortTime(reason.lastAt)}`;
    facts.push(['code', red(oneLine(reason.code))], ['message', oneLine(reason.message)], ['tries', tries]);
    facts.push(['by', oneLine(`${reason.service} ${reason.version}`)]);
    facts.push([
      'was at',
      origin ? `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}` : 'never on a topic',
    ]);
  }
  facts.push(['key', record.key ?? '(none)']);
  if (sourceId !== null) facts.push(['source', oneLine(sourceId)]);
  const headers = Object.entries(record.headers).filter(([name]) => !isReasonHeader(name));
  return [
    ...facts.map(([name, text]) => `${dim(name.padEnd(8))} ${text}`),
    '',
    dim('headers'),
    ...headers.map(([name, text]) => `  ${oneLine(name)}: ${oneLine(text)}`),
    '',
    dim(`body, ${(record.value?.length ?? 0).toLocaleString('en')} bytes`),
    ...bodyText(record.value)
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}

/** One letter for programs. */
export function letterAsJson({ id, record, reason }: Letter, settlement: Settlement | null): Record<string, unknown> {
  return { id, reason, settlement, ...recordAsJson(record) };
}

function bodyText(value: Buffer | null): string {
  if (value === null) return '(none)';
  if (!isUtf8(value)) return hexDump(value);
  const text = value.toString();
  try {
    return manyLines(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    const head = text.slice(0, HEAD_CHARACTERS).toWellFormed();
    return manyLines(head) + (head.length < text.length ? '\n… (--raw writes all of it)' : '');
  }
}

function hexDump(value: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(value.length, HEAD_BYTES); at += 16) {
    const bytes = value.subarray(at, at + 16);
    const hex = bytes.toString('hex').replace(/../g, '$& ').padEnd(48);
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex} ${bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.')}`);
  }
  if (value.length > HEAD_BYTES) lines.push('… (--raw writes all of it)');
  return lines.join('\n');
}
