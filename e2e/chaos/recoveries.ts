import type { FaultKind } from './plan.ts';

/** One fault that hit, and how long it then took until an article given afterwards was stored; null when it never was. */
export interface Recovery {
  readonly kind: FaultKind;
  readonly target: string;
  readonly recoveredMs: number | null;
}

/** What a phase came to. */
export interface PhaseReport {
  /** Such as `at least once`. */
  readonly name: string;
  readonly recoveries: readonly Recovery[];
  /** Raw events on the topic, repeated fetches included. */
  readonly events: number;
  /** From the first event given to the last one stored, announced and committed. */
  readonly seconds: number;
  /** Requests that had to be made again. */
  readonly repeats: number;
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

/** The faults of all phases by kind and target, with counts and recovery times in seconds, as lines of a table. */
export function recoveryTable(recoveries: readonly Recovery[]): string[] {
  const groups = Map.groupBy(recoveries, ({ kind, target }) => `${kind}: ${target.replace(/-\d$/, '')}`);
  const rows = [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([name, of]) => [name, ...numbersOf(of)]);
  return table([['fault', 'times', 'median s', 'longest s'], ...rows, ['all', ...numbersOf(recoveries)]]);
}

/** The phases side by side, as lines of a table. */
export function phaseTable(phases: readonly PhaseReport[]): string[] {
  const rows = phases.map(({ name, recoveries, events, seconds, repeats, problems }) => [
    name,
    String(recoveries.length),
    String(events),
    seconds.toFixed(0),
    (events / seconds).toFixed(0),
    String(repeats),
    problems.length === 0 ? 'all well' : `${problems.length} PROBLEMS`,
  ]);
  return table([['phase', 'faults', 'events', 'seconds', 'events/s', 'repeats', 'check'], ...rows]);
}

function numbersOf(recoveries: readonly Recovery[]): string[] {
  const times = recoveries
    .flatMap(({ recoveredMs }) => (recoveredMs === null ? [] : [recoveredMs]))
    .sort((a, b) => a - b);
  const seconds = (ms: number | undefined) => (ms === undefined ? '–' : (ms / 1_000).toFixed(1));
  const longest = times.length < recoveries.length ? 'never' : seconds(times.at(-1));
  return [String(recoveries.length), seconds(times[Math.floor(times.length / 2)]), longest];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return [line(rows[0]!), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(line)];
}
