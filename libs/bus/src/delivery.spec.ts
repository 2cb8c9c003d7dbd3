import { KhabarError } from '@khabar/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, nextDelivery } from './delivery.ts';

const settings = { maxAttempts: 3, retryBaseMs: 100, retryMaxMs: 1000 };
const fault = new KhabarError('unexpected', 'a fault that may pass', { retriable: true });

describe('delivery', () => {
  it("gives an event up at once when it is the event's own fault", () => {
    const error = new KhabarError('no-title', 'The page has no title');
    expect(nextDelivery({ error, attempt: 1, failures: 1 }, settings, 0)).toEqual({ retryAfterMs: null });
  });

  it('tries a fault that may pass until the tries are used up', () => {
    const outcomes = [1, 2, 3].map((attempt) =>
      nextDelivery({ error: fault, attempt, failures: attempt }, settings, 0),
    );
    expect(outcomes).toEqual([
      { retryAfterMs: 50, countsAsAttempt: true },
      { retryAfterMs: 100, countsAsAttempt: true },
      { retryAfterMs: null },
    ]);
  });

  it('waits for a dependency that is away for ever, at no cost to the event', () => {
    const error = new KhabarError('database-unavailable', 'Nothing answers', { dependency: true });
    expect(nextDelivery({ error, attempt: 3, failures: 1000 }, settings, 0)).toEqual({
      retryAfterMs: 500,
      countsAsAttempt: false,
    });
  });

  const patience = fc
    .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }))
    .map(([a, b]) => ({ retryBaseMs: Math.min(a, b), retryMaxMs: Math.max(a, b) }));
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const failures = fc.integer({ min: 1, max: 100_000 });

  it('never pauses beyond the cap nor below half of what is due', () => {
    fc.assert(
      fc.property(patience, failures, random, (some, count, chance) => {
        const pause = backoffMs(count, some, chance);
        expect(pause).toBeLessThanOrEqual(some.retryMaxMs);
        expect(pause).toBeGreaterThanOrEqual(Math.floor(some.retryBaseMs / 2));
      }),
    );
  });

  it('never shortens the pause with more failures', () => {
    fc.assert(
      fc.property(patience, failures, random, (some, count, chance) => {
        expect(backoffMs(count + 1, some, chance)).toBeGreaterThanOrEqual(backoffMs(count, some, chance));
      }),
    );
  });

  it('ends every fault that may pass within the tries allowed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), random, (maxAttempts, chance) => {
        const some = { ...settings, maxAttempts };
        let attempt = 1;
        while (nextDelivery({ error: fault, attempt, failures: attempt }, some, chance).retryAfterMs !== null)
          attempt += 1;
        expect(attempt).toBe(maxAttempts);
      }),
    );
  });
});
