/** What may happen to whom. `frozen` is SIGSTOP for longer than a group waits for a member; connections are those through the proxies. */
export const FAULTS = {
  'kill -9': ['fetcher', 'parser-1', 'parser-2', 'store-1', 'store-2', 'kafka', 'postgres'],
  restart: ['postgres'],
  frozen: ['parser-1', 'store-1', 'fetcher', 'parser-2', 'store-2', 'kafka'],
  'connections cut': ['kafka', 'postgres'],
  'connections refused': ['kafka', 'postgres'],
  'connections half-closed': ['kafka', 'postgres'],
  'connections slow': ['kafka', 'postgres'],
} as const;

/** A kind of fault. */
export type FaultKind = keyof typeof FAULTS;

/** One fault of a run. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly target: string;
  /** How long the load has flowed before it hits, in milliseconds. */
  readonly afterMs: number;
}

/** Who is frozen in one round: the longest of all faults, so one at a time. */
const LONGEST: FaultKind = 'frozen';
const LONGEST_PAUSE_MS = 1_000;

/**
 * So many faults, in an order that `random` (numbers from 0 up to 1) decides. They come in rounds: each kind and target is once in every
 * round, of the frozen ones a single target in turn.
 */
export function planFaults(count: number, random: () => number): PlannedFault[] {
  const plan: PlannedFault[] = [];
  for (let round = 0; plan.length < count; round += 1) {
    const faults = Object.entries(FAULTS).flatMap(([kind, targets]) => {
      const wanted = kind === LONGEST ? [targets[round % targets.length]!] : targets;
      return wanted.map((target) => ({ kind: kind as FaultKind, target }));
    });
    for (const fault of shuffled(faults, random)) {
      plan.push({ ...fault, afterMs: Math.floor(random() * LONGEST_PAUSE_MS) });
    }
  }
  return plan.slice(0, count);
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}
