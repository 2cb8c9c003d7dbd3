import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetTracker } from './offsets.ts';

/** A tracker of offsets that have all begun. */
function tracking(offsets: readonly bigint[]): OffsetTracker {
  const tracker = new OffsetTracker();
  for (const offset of offsets) tracker.begin(offset);
  return tracker;
}

describe('offsets', () => {
  it('commits nothing past the first that is not done', () => {
    const tracker = tracking([4n, 5n, 6n, 7n]);
    tracker.done(5n);
    tracker.done(7n);
    expect(tracker.committable).toBe(null);
    tracker.done(4n);
    expect(tracker.committable).toBe(6n);
    tracker.done(6n);
    expect(tracker.committable).toBe(8n);
  });

  it('steps over gaps in the log', () => {
    const tracker = tracking([1n, 5n]);
    tracker.done(1n);
    expect(tracker.committable).toBe(2n);
    tracker.done(5n);
    expect(tracker.committable).toBe(6n);
  });

  it('takes an offset that is done twice as done once', () => {
    const tracker = tracking([1n, 2n, 3n]);
    tracker.done(1n);
    tracker.done(1n);
    expect(tracker.committable).toBe(2n);
  });

  const offsetLists = fc
    .uniqueArray(fc.bigInt({ min: 0n, max: 10_000n }), { minLength: 1, maxLength: 50 })
    .map((offsets) => offsets.sort((a, b) => (a < b ? -1 : 1)));

  it('has, in whatever order events are done, every one below the committable offset done and the next one not', () => {
    fc.assert(
      fc.property(
        offsetLists.chain((offsets) => fc.tuple(fc.constant(offsets), fc.shuffledSubarray(offsets))),
        ([offsets, order]) => {
          const tracker = tracking(offsets);
          const done = new Set<bigint>();
          let before = -1n;
          for (const offset of order) {
            tracker.done(offset);
            done.add(offset);
            const committable = tracker.committable ?? -1n;
            expect(committable >= before).toBe(true);
            before = committable;
            expect(offsets.filter((each) => each < committable).every((each) => done.has(each))).toBe(true);
            const next = offsets.find((each) => each >= committable);
            expect(next === undefined || !done.has(next)).toBe(true);
          }
        },
      ),
    );
  });

  it('commits the whole batch once all are done', () => {
    fc.assert(
      fc.property(offsetLists, (offsets) => {
        const tracker = tracking(offsets);
        for (const offset of offsets.toReversed()) tracker.done(offset);
        expect(tracker.committable).toBe(offsets.at(-1)! + 1n);
      }),
    );
  });

  it('counts what comes again after a crash: all that has begun from the first that is not done on', () => {
    const tracker = tracking(Array.from({ length: 3_000 }, (_, at) => BigInt(at)));
    for (let offset = 0n; offset < 2_000n; offset += 1n) tracker.done(offset);
    tracker.done(2_500n);
    expect(tracker.uncommittable).toBe(1_000);
    tracker.begin(3_000n);
    expect([tracker.committable, tracker.uncommittable]).toEqual([2_000n, 1_001]);
  });
});
