import type { KhabarError } from '@khabar/contracts';
import type { BusSettings } from './settings.ts';

/** One failure of one event. */
export interface Failure {
  readonly error: KhabarError;
  /** Which try failed, from 1; waits for a dependency are no tries. */
  readonly attempt: number;
  /** How often in a row the event failed or waited, from 1: the pauses grow with it. */
  readonly failures: number;
}

/** What is to be done about a failure: again after a pause in milliseconds (whether it cost the event a try), or given up as a dead letter. */
export type Delivery =
  { readonly retryAfterMs: number; readonly countsAsAttempt: boolean } | { readonly retryAfterMs: null };

/** The patience that {@link nextDelivery} is given. */
export type DeliverySettings = Pick<BusSettings, 'maxAttempts' | 'retryBaseMs' | 'retryMaxMs'>;

/**
 * The one rule of delivery. An event's own fault (an error that is not retriable) is a dead letter at once, one that waiting may mend
 * after `maxAttempts` tries. A dependency that is away is waited for as long as it takes.
 * @param random in [0, 1)
 */
export function nextDelivery(failure: Failure, settings: DeliverySettings, random: number): Delivery {
  const { error, attempt, failures } = failure;
  if (!error.retriable) return { retryAfterMs: null };
  if (!error.dependency && attempt >= settings.maxAttempts) return { retryAfterMs: null };
  return { retryAfterMs: backoffMs(failures, settings, random), countsAsAttempt: !error.dependency };
}

/**
 * The pause before a retry in milliseconds: doubled with every failure (from 1) up to the cap, of which a random half is waived, so
 * that many that failed together do not come back together.
 */
export function backoffMs(
  failures: number,
  settings: Pick<DeliverySettings, 'retryBaseMs' | 'retryMaxMs'>,
  random: number,
): number {
  const whole = Math.min(settings.retryMaxMs, settings.retryBaseMs * 2 ** (failures - 1));
  return Math.round(whole * (0.5 + random / 2));
}
