import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitingSince } from './waiting-since.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const DAY_MS = 86_400_000;

/** A log of so many partitions, each with the ages of its records in milliseconds, the oldest first. */
function log(ages: readonly (readonly number[])[]) {
  let questions = 0;
  return {
    offsetsAt: async (timeMs: number) => {
      questions += 1;
      return new Map(
        ages
          .map((of, partition) => [partition, BigInt(of.findIndex((age) => NOW - age >= timeMs))] as const)
          .map(([partition, at]) => [partition, at < 0n ? BigInt(ages[partition]!.length) : at] as const),
      );
    },
    get questions() {
      return questions;
    },
  };
}

describe('since when a record of Kafka waits', () => {
  it('is found early by a second or a twentieth of its age at most, never late', async () => {
    const age = fc.integer({ min: 0, max: 90 * DAY_MS });
    const partition = fc.array(age, { minLength: 1, maxLength: 20 }).map((all) => all.toSorted((a, b) => b - a));
    const some = fc.array(fc.tuple(partition, fc.nat()), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(some, async (partitions) => {
        const { offsetsAt } = log(partitions.map(([ages]) => ages));
        const rests = partitions.map(([ages, at], number) => {
          return { partition: number, nextOffset: BigInt(at % ages.length), endOffset: BigInt(ages.length) };
        });
        const found = await waitingSince(rests, NOW, offsetsAt);
        for (const { partition: number, nextOffset } of rests) {
          const truth = partitions[number]![0][Number(nextOffset)]!;
          const ageMs = NOW - found.get(number)!;
          expect(ageMs).toBeGreaterThanOrEqual(truth);
          expect(ageMs - truth).toBeLessThanOrEqual(Math.max(1_000, ageMs * 0.05));
        }
      }),
    );
  });

  it('costs no question where nothing waits, and one where it has just come', async () => {
    const idle = log([[5_000]]);
    expect(await waitingSince([{ partition: 0, nextOffset: 1n, endOffset: 1n }], NOW, idle.offsetsAt)).toEqual(
      new Map(),
    );
    expect(idle.questions).toBe(0);
    const fresh = log([[300], [100]]);
    const rests = [0, 1].map((partition) => ({ partition, nextOffset: 0n, endOffset: 1n }));
    await waitingSince(rests, NOW, fresh.offsetsAt);
    expect(fresh.questions).toBe(1);
  });

  it('finds twelve partitions of one backlog with hardly more questions than one', async () => {
    const backlog = log(Array.from({ length: 12 }, (_, at) => [2 * DAY_MS - at * 60_000]));
    const rests = Array.from({ length: 12 }, (_, partition) => ({ partition, nextOffset: 0n, endOffset: 1n }));
    await waitingSince(rests, NOW, backlog.offsetsAt);
    expect(backlog.questions).toBeLessThan(30);
  });
});
