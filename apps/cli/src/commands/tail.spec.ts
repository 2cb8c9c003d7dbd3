import type { StoredRecord } from '@khabar/bus';
import { describe, expect, it } from 'vitest';
import { newest, readFrom } from './tail.ts';

const NOW = Date.parse('2026-03-14T09:30:00.000Z');

describe('readFrom', () => {
  it('reads the ends of a topic, an instant and an age', () => {
    expect(readFrom('beginning', NOW)).toBe('beginning');
    expect(readFrom('end', NOW)).toBe('end');
    expect(readFrom('15m', NOW)).toEqual({ sinceMs: NOW - 900_000 });
    expect(readFrom('2026-03-14', NOW)).toEqual({ sinceMs: Date.parse('2026-03-14T00:00:00Z') });
    expect(readFrom('2026-03-14T09:00:00+05:30', NOW)).toEqual({ sinceMs: Date.parse('2026-03-14T03:30:00Z') });
  });

  it('says what it understands where it does not understand', () => {
    expect(() => readFrom('start', NOW)).toThrow(/beginning, end, a time .* or an age/);
  });
});

describe('newest', () => {
  const record = (partition: number, offset: bigint, second: number): StoredRecord => {
    const appendedAt = `2026-03-14T09:30:0${second}.000Z`;
    return { topic: 'news.changes.v1', partition, offset, appendedAt, key: null, headers: {}, value: null };
  };

  it('puts the partitions in order of time and keeps the last', () => {
    const records = [record(0, 0n, 1), record(0, 1n, 4), record(1, 0n, 2), record(1, 1n, 3)];
    expect(newest(records, 3).map(({ partition, offset }) => [partition, offset])).toEqual([
      [1, 0n],
      [1, 1n],
      [0, 1n],
    ]);
  });

  it('keeps the order of offsets among records of the same time', () => {
    const records = [record(0, 2n, 1), record(0, 1n, 1), record(0, 10n, 1)];
    expect(newest(records, 10).map(({ offset }) => offset)).toEqual([1n, 2n, 10n]);
  });
});
