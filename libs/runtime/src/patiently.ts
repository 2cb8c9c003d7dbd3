import { setTimeout } from 'node:timers/promises';
import { toKhabarError } from '@khabar/contracts';
import type { Logger } from './logger.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** A broker or database that is not there yet is waited for: in a compose file they start together. Any other failure rejects. */
export async function patiently<T>(work: () => Promise<T>, logger: Logger, stop: AbortSignal): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (thrown) {
      const error = toKhabarError(thrown);
      if (stop.aborted) throw stop.reason;
      if (!error.dependency) throw thrown;
      logger.warn({ code: error.code }, `not there yet, trying again in ${pauseMs / 1000} s: ${error.message}`);
      await setTimeout(pauseMs, undefined, { signal: stop }).catch(() => {
        throw stop.reason;
      });
    }
  }
}
