import { describe, expect, it } from 'vitest';
import { isFilterCheaper } from './search-cost.ts';

/** Of a million articles, with words that so many of the newest thousand have. */
const search = (seen: number, filtered: number) => ({ all: 1_000_000, filtered, looked: 1_000, seen, isPhrase: false });

describe('what is read of a search with filters', () => {
  it('is what a rare filter finds, for frequent words', () => {
    expect(isFilterCheaper(search(500, 20), 21)).toBe(true);
    expect(isFilterCheaper(search(100, 1_000), 21)).toBe(true);
  });

  it('is what a filter finds, for a phrase of frequent words', () => {
    expect(isFilterCheaper(search(20, 5_000), 21)).toBe(false);
    expect(isFilterCheaper({ ...search(20, 5_000), isPhrase: true }, 21)).toBe(true);
    expect(isFilterCheaper({ ...search(20, 200_000), isPhrase: true }, 21)).toBe(false);
  });

  it('is what rare words find', () => {
    expect(isFilterCheaper(search(0, 20), 21)).toBe(false);
    expect(isFilterCheaper(search(1, 10_000), 21)).toBe(false);
  });

  it('is what the words find, where filters leave most', () => {
    expect(isFilterCheaper(search(500, 200_000), 21)).toBe(false);
    expect(isFilterCheaper(search(500, 200_000), Infinity)).toBe(false);
  });
});
