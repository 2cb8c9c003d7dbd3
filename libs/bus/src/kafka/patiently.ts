import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../delivery.ts';
import { kafkaError } from './client.ts';

const PAUSES = { retryBaseMs: 100, retryMaxMs: 1_000 };

/**
 * Tries again for so many milliseconds what fails because the cluster is away or not ready: one that has just started has no
 * coordinator for some seconds, and a new topic is not known to all of its brokers at once.
 * @throws KhabarError the last one
 */
export async function patiently<A>(patienceMs: number, attempt: () => Promise<A>): Promise<A> {
  const deadline = performance.now() + patienceMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = kafkaError(thrown);
      if (!error.dependency || performance.now() > deadline) throw error;
      await sleep(backoffMs(failures, PAUSES, Math.random()));
    }
  }
}
