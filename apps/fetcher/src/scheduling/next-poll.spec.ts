import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NextPollInput, nextPoll } from './next-poll.ts';

const now = new Date('2026-03-14T12:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Minutes until the next poll, without jitter unless told. */
function pause(input: Partial<NextPollInput>): number | null {
  const next = nextPoll({
    now,
    outcome: { kind: 'fetched' },
    intervalMs: 15 * MINUTE,
    failureCount: 0,
    random: 0.5,
    ...input,
  });
  return next === null ? null : (next.getTime() - now.getTime()) / MINUTE;
}

const failed = (retryAfterMs: number | null = null) => ({ kind: 'failed', retryAfterMs }) as const;

describe('nextPoll', () => {
  it('waits the interval, whether there was something new or not', () => {
    expect(pause({ outcome: { kind: 'fetched' } })).toBe(15);
    expect(pause({ outcome: { kind: 'unchanged' } })).toBe(15);
  });

  it('spreads polls by a tenth of the interval either way', () => {
    expect(pause({ random: 0 })).toBe(13.5);
    expect(pause({ random: 0.999_999_9 })).toBeCloseTo(16.5, 4);
  });

  it('doubles the pause with each failure in a row, up to a day', () => {
    const pauses = [1, 2, 3, 4, 8, 1000].map((failureCount) => pause({ outcome: failed(), failureCount }));
    expect(pauses).toEqual([15, 30, 60, 120, 1440, 1440]);
  });

  it('never polls a failing source more often than a sound one', () => {
    expect(pause({ outcome: failed(), failureCount: 5, intervalMs: 7 * DAY })).toBe(7 * 1440);
  });

  it('waits as long as the server asks, but no longer than a day', () => {
    expect(pause({ outcome: failed(45 * MINUTE), failureCount: 1 })).toBe(45);
    expect(pause({ outcome: failed(MINUTE), failureCount: 1 })).toBe(15);
    expect(pause({ outcome: failed(400 * DAY), failureCount: 1 })).toBe(1440);
  });

  it('never comes back to what is gone', () => {
    expect(pause({ outcome: { kind: 'gone' } })).toBeNull();
  });

  it('comes back soon to files that are being written and after a fault of ours', () => {
    expect(pause({ outcome: { kind: 'unsettled' } })! * MINUTE).toBe(2000);
    expect(pause({ outcome: { kind: 'unsettled' }, intervalMs: 500 })! * MINUTE).toBe(500);
    expect(pause({ outcome: { kind: 'interrupted' } })! * MINUTE).toBe(5000);
  });

  it('is always later than now', () => {
    const outcome = fc.oneof(
      fc.constantFrom('fetched', 'unchanged', 'unsettled', 'interrupted').map((kind) => ({ kind }) as const),
      fc.option(fc.nat()).map(failed),
    );
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(outcome, fc.integer({ min: 100, max: 30 * DAY }), fc.nat(), random, (...of) => {
        const [found, intervalMs, failureCount, luck] = of;
        expect(pause({ outcome: found, intervalMs, failureCount, random: luck })).toBeGreaterThan(0);
      }),
    );
  });
});
