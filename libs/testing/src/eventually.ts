/** How patient {@link eventually} is, in milliseconds. */
export interface Patience {
  /** After how long the check counts as failed; 30,000 unless told. */
  timeoutMs?: number;
  /** The pause between two attempts; 20 unless told. */
  intervalMs?: number;
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined | void>;

/**
 * Asks again and again until the answer is truthy, and returns that answer. A check that throws is asked again too.
 * A check that only asserts must end in `return true`: nothing (undefined) means "not there yet", as of `rows[0]`.
 * @throws Error after `timeoutMs`, with the last answer, or with the last thrown error as its message and cause
 */
export async function eventually<T>(check: () => T | Promise<T>, patience: Patience = {}): Promise<Truthy<T>> {
  const { timeoutMs = 30_000, intervalMs = 20 } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: Error;
    try {
      const answer = await check();
      if (answer) return answer as Truthy<T>;
      const hint = answer === undefined ? ' (a check that only asserts must return true)' : '';
      failure = new Error(`the check still answered ${String(answer)}${hint}`);
    } catch (thrown) {
      failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    if (performance.now() >= deadline) {
      throw new Error(`Not within ${timeoutMs} ms: ${failure.message}`, { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
