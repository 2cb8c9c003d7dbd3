import { describe, expect, it } from 'vitest';
import { estimateOf, searchStrategy } from './search-strategy.ts';

const million = { all: 1_000_000, here: 1_000_000, filtered: null };
const words = (found: number) => ({ ...million, found, foundHere: found });

describe('the way to what a search finds', () => {
  it('is to look rare words up, and to walk for frequent ones', () => {
    expect(searchStrategy(words(100), 21)).toBe('look up');
    expect(searchStrategy(words(5_000), 21)).toBe('look up');
    expect(searchStrategy(words(50_000), 21)).toBe('walk');
    expect(searchStrategy(words(900_000), 21)).toBe('walk');
  });

  it('walks only for what is very frequent where many are wanted', () => {
    expect(searchStrategy(words(50_000), 1_000)).toBe('look up');
    expect(searchStrategy(words(500_000), 1_000)).toBe('walk');
  });

  it('does not walk for words of which the planner only guesses how frequent they are', () => {
    expect(searchStrategy(words(16_000), 21)).toBe('look up');
    expect(searchStrategy({ ...words(16_000), here: 500_000, foundHere: 8_000 }, 21)).toBe('look up');
  });

  it('walks through a short time', () => {
    expect(searchStrategy({ ...words(50_000), here: 300, foundHere: 15 }, 21)).toBe('walk');
  });

  it('reads what a rare filter finds, whatever the words', () => {
    expect(searchStrategy({ ...words(50_000), filtered: 20 }, 21)).toBe('filter');
    expect(searchStrategy({ ...words(10), filtered: 20 }, 21)).toBe('look up');
    expect(searchStrategy({ ...words(500_000), filtered: 500_000 }, 21)).toBe('walk');
  });

  it('is chosen by the rows of a plan', () => {
    const Plans = [1000, 500, 20, 10].map((rows) => ({ 'Plan Rows': rows }));
    expect(estimateOf([{ Plan: { Plans } }])).toEqual({
      all: 1000,
      here: 500,
      found: 20,
      foundHere: 10,
      filtered: null,
    });
  });
});
