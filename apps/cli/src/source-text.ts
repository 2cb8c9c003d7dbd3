import { type Column, paint, shortTime, table } from './output.ts';
import type { Shell } from './shell.ts';
import { oneLine } from './text-width.ts';

/** States of a source, as the fetcher tells them. */
export const SOURCE_STATES = ['active', 'failing', 'paused', 'gone'] as const;

/** What the fetcher tells of a source and is shown here. */
export interface SourceView {
  readonly id: string;
  readonly kind: string;
  readonly url: string | null;
  readonly path: string | null;
  readonly name: string | null;
  readonly title: string | null;
  readonly language: string | null;
  readonly state: (typeof SOURCE_STATES)[number];
  readonly intervalSeconds: number;
  readonly nextPollAt: string | null;
  readonly polledAt: string | null;
  readonly lastError: { readonly code: string; readonly message: string } | null;
  readonly counters: { readonly published: number };
}

/** Where a source is: its URL, path or name. */
export function addressOf({ url, path, name }: SourceView): string {
  return url ?? path ?? name ?? '';
}

const COLUMNS: readonly Column<SourceView>[] = [
  { head: 'id', text: ({ id }) => id },
  { head: 'state', text: ({ state }) => state },
  { head: 'lang', text: ({ language }) => language ?? '' },
  { head: 'polled', text: ({ polledAt }) => (polledAt === null ? 'not yet' : shortTime(polledAt)) },
  { head: 'published', text: ({ counters }) => counters.published.toLocaleString('en'), align: 'right' },
  { head: 'title', text: ({ title }) => title ?? '', shrinks: true },
  { head: 'address', text: addressOf, shrinks: true },
  {
    head: 'trouble',
    text: ({ state, lastError }) => (state === 'active' ? '' : (lastError?.message ?? '')),
    shrinks: true,
  },
];

/** Sources, one a line. */
export function sourceTable(shell: Shell, sources: readonly SourceView[]): string {
  return table(shell, sources, COLUMNS);
}

const LABEL_CELLS = 10;

/** One source, one fact a line. `now` in milliseconds since the epoch. */
export function sourceText(shell: Shell, source: SourceView, nowMs: number): string {
  const { id, kind, title, language, state, lastError } = source;
  const facts: [string, string | null][] = [
    ['id', id],
    [kind, addressOf(source)],
    ['title', title],
    ['language', language],
    ['state', lastError === null || state === 'active' ? state : `${state}: ${lastError.message}`],
    ['polled', pollingOf(source, nowMs)],
  ];
  return facts
    .filter((fact): fact is [string, string] => fact[1] !== null)
    .map(([label, value]) => `${paint(shell).dim(label.padEnd(LABEL_CELLS))}${oneLine(value)}`)
    .join('\n');
}

/** When a source is polled, in words. */
export function pollingOf({ nextPollAt, intervalSeconds }: SourceView, nowMs: number): string {
  if (nextPollAt === null) return 'no more; it is pushed to, paused or gone';
  const when = Date.parse(nextPollAt) <= nowMs ? 'now' : `at ${shortTime(nextPollAt)}`;
  return `${when}, then every ${spanInWords(intervalSeconds)}`;
}

/** `90` as "90 s", `900` as "15 min", `7200` as "2 h". */
export function spanInWords(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
