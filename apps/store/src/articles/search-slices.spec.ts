import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_ARTICLES, findNewest, type Newest, type Slice } from './search-slices.ts';

const EVERY_MS = 30_000;
const NEWEST_MS = Date.parse('2026-03-14T00:00:00.000Z');

/** A store of articles, one in each half minute, of which each `nth` is found. */
async function search(articles: number, nth: number, wanted: number, lowestMs: number | null = null) {
  const places = Array.from({ length: articles }, (_, at) => NEWEST_MS - at * EVERY_MS);
  const may = places.filter((ms) => lowestMs === null || ms >= lowestMs);
  const first = may.slice(0, FIRST_ARTICLES);
  const newest: Newest = { newestMs: first[0]!, oldestMs: first.at(-1)!, count: first.length };
  const slices: Slice[] = [];
  const found = await findNewest(newest, lowestMs, wanted, (slice, limit) => {
    slices.push(slice);
    const within = may.filter(
      (ms, at) =>
        at % nth === 0 &&
        (slice.fromMs === null || ms >= slice.fromMs) &&
        (slice.beforeMs === null || ms < slice.beforeMs),
    );
    return Promise.resolve(within.slice(0, limit));
  });
  return { found, expected: may.filter((_, at) => at % nth === 0).slice(0, wanted), slices };
}

describe('looking in one stretch of time after the other', () => {
  it('finds the newest that there are, each once, however rare', async () => {
    const lowest = fc.option(fc.integer({ min: 0, max: 40_000 }).map((at) => NEWEST_MS - at * EVERY_MS));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        lowest,
        async (articles, nth, wanted, lowestMs) => {
          const { found, expected, slices } = await search(articles, nth, wanted, lowestMs);
          expect(found).toEqual(expected);
          expect(slices.length).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('looks for what is frequent among the newest alone', async () => {
    expect((await search(30_000, 10, 21)).slices).toHaveLength(1);
  });

  it('looks for what is less frequent as far back as it takes', async () => {
    const { slices } = await search(40_000, 400, 21);
    expect(slices).toHaveLength(2);
    expect(NEWEST_MS - slices[1]!.fromMs!).toBeLessThan(20_000 * EVERY_MS);
  });

  it('looks through a short time at once, and no further', async () => {
    const lowestMs = NEWEST_MS - 500 * EVERY_MS;
    const { slices } = await search(10_000, 400, 21, lowestMs);
    expect(slices).toHaveLength(1);
    expect(slices[0]!.slots).not.toBeNull();
  });
});
