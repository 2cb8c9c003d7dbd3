import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_ARTICLES, findNewest, type Newest, type Slice } from './search-slices.ts';

const EVERY_MS = 30_000;
const NEWEST_MS = Date.parse('2026-03-14T00:00:00.000Z');

/** A store of articles, one in each half minute, of which each `nth` is found, the newest of all not. */
async function search(
  articles: number,
  nth: number,
  wanted: number,
  lowestMs: number | null = null,
  isDear: boolean = false,
) {
  const places = Array.from({ length: articles }, (_, at) => NEWEST_MS - at * EVERY_MS);
  const may = places.filter((ms) => lowestMs === null || ms >= lowestMs);
  const first = may.slice(0, FIRST_ARTICLES);
  const newest: Newest = { newestMs: first[0]!, oldestMs: first.at(-1)!, count: first.length };
  const slices: Slice[] = [];
  const find = (slice: Slice, limit: number) => {
    slices.push(slice);
    const within = may.filter(
      (ms, at) =>
        at % nth === nth - 1 &&
        (slice.fromMs === null || ms >= slice.fromMs) &&
        (slice.beforeMs === null || ms < slice.beforeMs),
    );
    return Promise.resolve(within.slice(0, limit));
  };
  const found = await findNewest(newest, lowestMs, wanted, find, isDear);
  return { found, expected: may.filter((_, at) => at % nth === nth - 1).slice(0, wanted), slices };
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
        fc.boolean(),
        async (articles, nth, wanted, lowestMs, isDear) => {
          const { found, expected, slices } = await search(articles, nth, wanted, lowestMs, isDear);
          expect(found).toEqual(expected);
          expect(slices.length).toBeLessThanOrEqual(isDear ? 3 : 4);
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

  it('looks everywhere at once for what the newest have nothing of, where each look is dear', async () => {
    const { slices } = await search(40_000, 5_000, 21, null, true);
    expect(slices).toHaveLength(2);
    expect(slices[1]!.fromMs).toBeNull();
  });

  it('looks through a short time at once, and no further', async () => {
    const lowestMs = NEWEST_MS - 500 * EVERY_MS;
    const { slices } = await search(10_000, 400, 21, lowestMs);
    expect(slices).toHaveLength(1);
    expect(slices[0]!.slots).not.toBeNull();
  });
});
