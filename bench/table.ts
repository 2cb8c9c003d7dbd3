import type { Bench, BenchResult } from './bench.ts';

const HEADS = ['what', 'ours', 'peer or limit', 'ratio', 'target', 'met'];

/** The results of a benchmark as a table for a person; why a row is missing stands under it. */
export function resultTable(bench: Bench, results: readonly BenchResult[]): string {
  const rows = results.map((result, at) => {
    const { unit, peer } = bench.rows[at]!;
    return [
      result.what,
      result.value === null ? 'not measured' : `${figure(result.value)} ${unit}`,
      result.peer === null ? peer : `${figure(result.peer)} ${unit} (${peer})`,
      result.ratio === null ? '' : result.ratio.toFixed(2),
      result.target,
      result.ok ? 'yes' : 'no',
    ];
  });
  const widths = HEADS.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd();
  const reasons = results.flatMap(({ what, why }) => (why === undefined ? [] : [`${what}: ${why}`]));
  return [line(HEADS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ...reasons].join('\n');
}

/** A number in three digits or more, grouped from ten thousand on. */
export function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
