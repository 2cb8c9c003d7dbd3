import { describe, expect, it } from 'vitest';
import { DELAY_BOUNDS, DELAY_CLASSES, delayClass, delayPercentile } from './delays.ts';

describe('delays', () => {
  it.each([
    [-5, 0],
    [0, 0],
    [1, 0],
    [1.5, 1],
    [60, 6],
    [604_800, 17],
    [1e9, 18],
  ])('of %d s are of class %d', (seconds, found) => {
    expect(delayClass(seconds)).toBe(found);
    expect(found).toBeLessThan(DELAY_CLASSES);
  });

  const counts = (...seconds: number[]) => {
    const found = Array.from({ length: DELAY_CLASSES }, () => 0);
    for (const one of seconds) found[delayClass(one)]!++;
    return found;
  };

  it('lie below their percentiles', () => {
    const ten = counts(0.5, 0.5, 0.5, 0.5, 0.5, 4, 4, 4, 50, 1e9);
    expect([0.5, 0.51, 0.8, 0.9, 0.99].map((part) => delayPercentile(ten, part))).toEqual([1, 5, 5, 60, 604_800]);
    expect(delayPercentile([], 0.5)).toBeNull();
    expect(delayPercentile([null, null, 3], 0.5)).toBe(DELAY_BOUNDS[2]);
  });
});
