import { once } from 'node:events';
import picocolors from 'picocolors';
import type { Output, Shell } from './shell.ts';
import { fitText, oneLine, textWidth } from './text-width.ts';

/** Paints on a terminal only, and never with NO_COLOR (https://no-color.org) or on a dumb one. */
export function paint(shell: Shell, output: Output = shell.stdout): ReturnType<typeof picocolors.createColors> {
  const { env } = shell;
  return picocolors.createColors(output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
}

/** Writes one line to standard output and waits while its reader is slower. @throws AbortError when the command is to end. */
export async function writeLine(shell: Shell, line: string): Promise<void> {
  shell.signal.throwIfAborted();
  if (shell.stdout.write(`${line}\n`)) return;
  await once(shell.stdout, 'drain', { signal: shell.signal });
}

/** One JSON document, for a program or for a person. */
export function writeJson(shell: Shell, value: unknown): Promise<void> {
  return writeLine(shell, JSON.stringify(value, null, 2));
}

/** One column of a table. */
export interface Column<Row> {
  readonly head: string;
  readonly text: (row: Row) => string;
  readonly align?: 'right';
  /** What colours the cell of a row; nothing leaves it plain. */
  readonly paint?: (row: Row) => ((text: string) => string) | undefined;
  /** Gives way when the terminal is too narrow; on anything but a terminal nothing is cut. */
  readonly shrinks?: true;
}

const GAP = '  ';
const NARROWEST = 12;

/** Rows under their heads, as one text. Cells are made safe to print. */
export function table<Row>(shell: Shell, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row))));
  const widths = columns.map(({ head }, at) =>
    cells.reduce((widest, row) => Math.max(widest, textWidth(row[at]!)), textWidth(head)),
  );
  if (shell.stdout.isTTY) shrink(widths, columns, shell.stdout.columns ?? 80);
  const line = (row: readonly string[], of?: Row) =>
    row
      .map((cell, at) => {
        const { align, paint: colourOf } = columns[at]!;
        const padded = pad(fitText(cell, widths[at]!), widths[at]!, align, at === row.length - 1);
        return (of === undefined ? undefined : colourOf?.(of))?.(padded) ?? padded;
      })
      .join(GAP)
      .trimEnd();
  const head = line(columns.map((column) => column.head));
  return [paint(shell).dim(head), ...cells.map((row, at) => line(row, rows[at]))].join('\n');
}

function shrink(widths: number[], columns: readonly Column<never>[], available: number): void {
  const used = widths.reduce((sum, width) => sum + width, (widths.length - 1) * GAP.length);
  let excess = used - available;
  // the last of them first: the first columns say most
  for (let at = columns.length - 1; at >= 0 && excess > 0; at--) {
    if (!columns[at]!.shrinks) continue;
    const given = Math.min(excess, Math.max(0, widths[at]! - NARROWEST));
    widths[at]! -= given;
    excess -= given;
  }
}

function pad(text: string, width: number, align: 'right' | undefined, last: boolean): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  if (align === 'right') return space + text;
  return last ? text : text + space;
}

/** "1 source", "2 sources". */
export function count(number: number | bigint, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${Number(number) === 1 ? one : many}`;
}

/** A number of bytes in the unit that suits it: `812 B`, `40.1 MB`. */
export function byteCount(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, at] = [bytes, 0];
  while (value >= 999.95 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

/** An instant to the second, UTC: `2026-03-14 09:30:00Z`; what is no instant stays as it is. */
export function shortTime(instant: string): string {
  return instant.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2Z');
}
