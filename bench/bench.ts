import { rm } from 'node:fs/promises';

/** What a row came to. */
export interface Measured {
  /** Ours, in the row's unit. */
  readonly value: number;
  /** The peer's or the limit's, in the same unit; null where there is none. */
  readonly peer: number | null;
  /** Of pairs that were measured one after the other the middle ratio: a machine whose speed changes meanwhile changes both of a pair. */
  readonly ratio?: number;
}

/** Ours to the peer's, of what has one. */
export function ratioOf({ value, peer, ratio }: Measured): number {
  return ratio ?? value / peer!;
}

/** One row of a benchmark: what is measured, and when it is good enough. */
export interface BenchRow {
  readonly what: string;
  /** Unit of value and peer, such as `events/s`. */
  readonly unit: string;
  /** Who or what the peer is. */
  readonly peer: string;
  /** The target in words, as the table shows it. */
  readonly target: string;
  /** Whether the target is met. */
  readonly ok: (measured: Measured) => boolean;
  /** @throws Error that says why it cannot be measured here */
  readonly measure: (bench: BenchRun) => Promise<Measured>;
}

/** A benchmark: its rows are measured one after the other. */
export interface Bench {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly about: string;
  readonly rows: readonly BenchRow[];
}

/** One row of the result, as `--json` prints it; what could not be measured has nulls and says why. */
export interface BenchResult {
  readonly what: string;
  readonly value: number | null;
  readonly peer: number | null;
  readonly ratio: number | null;
  readonly target: string;
  readonly ok: boolean;
  readonly why?: string;
}

/** What rows share while a benchmark runs: what is dear to start is started once, and all of it ends with the run. */
export class BenchRun implements AsyncDisposable {
  readonly signal: AbortSignal;
  readonly #log: (line: string) => void;
  readonly #shared = new Map<string, Promise<unknown>>();
  readonly #ends: (() => Promise<unknown>)[] = [];

  constructor(signal: AbortSignal, log: (line: string) => void) {
    this.signal = signal;
    this.#log = log;
  }

  /** A line on how far the work is, for a person. */
  log(line: string): void {
    this.signal.throwIfAborted();
    this.#log(line);
  }

  /** The thing of that name, started when it is first asked for; what can be ended ends with the run. */
  once<T extends object>(name: string, start: () => Promise<T>): Promise<T> {
    const known = this.#shared.get(name) as Promise<T> | undefined;
    if (known) return known;
    const starting = start().then((thing) => (isDisposable(thing) ? this.ends(thing) : thing));
    this.#shared.set(name, starting);
    return starting;
  }

  /** Has something end with the run; the last begun ends first. */
  ends<T extends AsyncDisposable>(thing: T): T {
    this.#ends.push(() => Promise.resolve(thing[Symbol.asyncDispose]()));
    return thing;
  }

  /** Has a folder go with the run, after what was begun later has ended. */
  removes(folder: string): string {
    this.#ends.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.reverse()) await end().catch((error: unknown) => this.#log(String(error)));
  }
}

/** Measures the rows one after the other; one that fails does not keep the others from being measured. */
export async function runBench(bench: Bench, run: BenchRun): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const row of bench.rows) {
    const { what, target } = row;
    try {
      run.log(`${bench.name}: ${what} …`);
      const measured = await row.measure(run);
      const { value, peer } = measured;
      results.push({
        what,
        value,
        peer,
        ratio: peer === null ? null : ratioOf(measured),
        target,
        ok: row.ok(measured),
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      results.push({ what, value: null, peer: null, ratio: null, target, ok: false, why });
    }
  }
  return results;
}

/** The middle one of some values; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

function isDisposable<T extends object>(thing: T): thing is T & AsyncDisposable {
  return Symbol.asyncDispose in thing;
}
