import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRequests } from './cut-requests.ts';

const batchBytes = 100;
const limits = { requestBytes: 250, batchRecords: 10 };

const placed = fc
  .array(
    fc.record({ topic: fc.constantFrom('a', 'b'), partition: fc.nat(3), bytes: fc.integer({ min: 1, max: 300 }) }),
    {
      maxLength: 200,
    },
  )
  .map((all) => all.map((each, record) => ({ ...each, record, batchBytes })));

describe('cutting requests', () => {
  it('sends every record once, those of a partition in order', () => {
    fc.assert(
      fc.property(placed, (all) => {
        const cuts = cutRequests(all, limits).flat();
        for (const { topic, partition } of all) {
          const mine = (each: { topic: string; partition: number }) =>
            each.topic === topic && each.partition === partition;
          expect(cuts.filter(mine).flatMap(({ records }) => records)).toEqual(all.filter(mine));
        }
        expect(cuts.flatMap(({ records }) => records)).toHaveLength(all.length);
      }),
    );
  });

  it('keeps batches and requests within their limits, but for what is larger alone', () => {
    fc.assert(
      fc.property(placed, (all) => {
        for (const request of cutRequests(all, limits)) {
          expect(request.length).toBeGreaterThan(0);
          expect(new Set(request.map(({ topic, partition }) => `${topic} ${partition}`)).size).toBe(request.length);
          for (const cut of request) {
            expect(cut.bytes).toBe(cut.records.reduce((sum, record) => sum + record.bytes, 0));
            expect(cut.records.length === 1 || cut.bytes <= batchBytes).toBe(true);
            expect(cut.records.length).toBeLessThanOrEqual(10);
          }
          const count = request.reduce((sum, { records }) => sum + records.length, 0);
          expect(count === 1 || request.reduce((sum, cut) => sum + cut.bytes, 0) <= 250).toBe(true);
        }
      }),
    );
  });

  it('packs small records together', () => {
    const all = Array.from({ length: 8 }, (_, record) => ({
      topic: 'a',
      partition: record % 2,
      bytes: 20,
      record,
      batchBytes,
    }));
    expect(cutRequests(all, limits)).toHaveLength(1);
  });
});
