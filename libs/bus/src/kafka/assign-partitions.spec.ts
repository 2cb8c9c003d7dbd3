import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions } from './assign-partitions.ts';

const members = fc.uniqueArray(
  fc.record({ id: fc.uuid(), topics: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
);
const partitions = (topic: string) =>
  Array.from({ length: { a: 12, b: 5, c: 1 }[topic]! }, (_, partition) => partition);

describe('assigning partitions', () => {
  it('gives each partition of each consumed topic to exactly one member that consumes the topic', () => {
    fc.assert(
      fc.property(members, (all) => {
        const assignments = assignPartitions(all, partitions);
        for (const topic of new Set(all.flatMap(({ topics }) => topics))) {
          const given = [...assignments].flatMap(([id, mine]) =>
            (mine[topic] ?? []).map((partition) => ({ id, partition })),
          );
          expect(given.map(({ partition }) => partition).sort((a, b) => a - b)).toEqual(partitions(topic));
          for (const { id } of given) expect(all.find((member) => member.id === id)!.topics).toContain(topic);
        }
      }),
    );
  });

  it('shares a topic evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), (count) => {
        const all = Array.from({ length: count }, (_, at) => ({ id: `member-${at}`, topics: ['a'] }));
        const sizes = [...assignPartitions(all, partitions).values()].map(({ a }) => a?.length ?? 0);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same whoever computes it', () => {
    fc.assert(
      fc.property(members, (all) => {
        expect(assignPartitions([...all].reverse(), partitions)).toEqual(assignPartitions(all, partitions));
      }),
    );
  });
});
