import { describe, expect, it } from 'vitest';
import { type Range, firstDayOf, isWithin, readBound, readFromOf } from './range.ts';

const NOW = Date.parse('2026-03-14T12:00:00.000Z');
const place = (partition: number, offset: number, fetchedAt = '2026-03-14T09:30:00.000Z') => ({
  partition,
  offset: BigInt(offset),
  fetchedAt,
});
const range = (from: string, to?: string): Range => ({
  from: readBound(from, NOW),
  to: to === undefined ? null : readBound(to, NOW),
});
const partitions = [
  { partition: 0, startOffset: 0n, endOffset: 100n },
  { partition: 1, startOffset: 50n, endOffset: 70n },
];

describe('the range of a replay', () => {
  it.each<[string, Range, boolean]>([
    ['from the beginning', range('beginning'), true],
    ['from a day on', range('2026-03-14'), true],
    ['from a later time on', range('2026-03-14T09:30:00.001Z'), false],
    ['from an age on', range('3h'), true],
    ['from a shorter age on', range('2h'), false],
    ['before a time', range('beginning', '2026-03-14T09:30:00Z'), false],
    ['before a later time', range('beginning', '2026-03-14T09:30:01Z'), true],
    ['from its own offset on', range('7'), true],
    ['from the next offset on', range('8'), false],
    ['before its own offset', range('0', '7'), false],
    ['from an offset of its partition on', range('3:7'), true],
    ['of other partitions', range('4:0,5:0'), false],
    ['before an offset of its partition', range('0', '3:8,4:0'), true],
    ['before an offset of another partition', range('0', '4:100'), false],
  ])('%s holds an event or not', (_, told, holds) => {
    expect(isWithin(told, place(3, 7))).toBe(holds);
  });

  it.each(['', 'soon', '3:', ':4', '1,2', '7w', '-5', '3:4,'])('is not told by "%s"', (text) => {
    expect(() => readBound(text, NOW)).toThrow(/Say beginning/);
  });

  it('has a topic read from where it begins', () => {
    expect(readFromOf(range('beginning'), partitions)).toBe('beginning');
    const offsets = (...each: [number, bigint][]) => ({ offsets: new Map(each) });
    expect(readFromOf(range('90'), partitions)).toEqual(offsets([0, 90n], [1, 90n]));
    expect(readFromOf(range('0:95,7:60'), partitions)).toEqual(offsets([0, 95n], [7, 60n]));
    // fetched, then appended, by clocks that need not agree
    expect(readFromOf(range('2026-03-14T01:00:00Z'), partitions)).toEqual({ sinceMs: Date.parse('2026-03-14') });
  });

  it('has an archive read from the day on which it begins', () => {
    expect(firstDayOf(range('2026-03-14T12:00:00Z'))).toBe('2026-03-14');
    expect(firstDayOf(range('2026-03-14T00:30:00Z'))).toBe('2026-03-13');
    expect(firstDayOf(range('7'))).toBe('');
  });
});
