import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FeedEntrySchema, KhabarError, compileValidator } from '@khabar/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeedOrigin, parseFeed } from './parse-feed.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const entryValidator = compileValidator('feed entry', FeedEntrySchema);

function read(fixture: string): { bytes: Buffer; origin: FeedOrigin; expected: unknown } {
  const folder = join(FIXTURES, fixture);
  const file = readdirSync(folder).find((name) => name.startsWith('feed.'))!;
  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  return {
    bytes: readFileSync(join(folder, file)),
    origin: existsSync(join(folder, 'origin.json')) ? (json('origin.json') as FeedOrigin) : {},
    expected: json('expected.json'),
  };
}

/** The feed, or the code of the error in its place. */
function outcome(bytes: Uint8Array, origin?: FeedOrigin): unknown {
  try {
    return parseFeed(bytes, origin);
  } catch (error) {
    if (!(error instanceof KhabarError)) throw error;
    return { error: error.code, retriable: error.retriable };
  }
}

const fixtures = readdirSync(FIXTURES).filter((name) => !name.startsWith('opml-'));

describe('parseFeed', () => {
  it.each(fixtures)('reads %s', (fixture) => {
    const { bytes, origin, expected } = read(fixture);
    expect(outcome(bytes, origin)).toEqual(expected);
  });

  it('says of no bytes and of white space that the document is empty', () => {
    for (const text of ['', ' \n\t', '\uFEFF']) {
      expect(outcome(Buffer.from(text))).toEqual({ error: 'empty-feed', retriable: false });
    }
  });

  it('makes entries of the contract or a KhabarError of any bytes', () => {
    const anyBytes = fc.uint8Array({ maxLength: 400 });
    const feeds = fixtures.map((fixture) => read(fixture).bytes);
    // Real feeds with a stretch replaced: such bytes get past the detection.
    const wounded = fc
      .tuple(fc.constantFrom(...feeds), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), anyBytes)
      .map(([feed, at, length, filling]) => {
        const start = Math.floor(at * feed.length);
        return Buffer.concat([feed.subarray(0, start), filling.subarray(0, 40), feed.subarray(start + length)]);
      });
    fc.assert(
      fc.property(fc.oneof(anyBytes, wounded), (bytes) => {
        const found = outcome(bytes, { url: 'https://example.org/feed' }) as ReturnType<typeof parseFeed>;
        for (const entry of found.entries ?? []) entryValidator.assert(entry);
      }),
      { numRuns: 200 },
    );
  });

  it('reads a feed the same way twice', () => {
    const { bytes, origin } = read('rss-full-and-summary');
    expect(parseFeed(bytes, origin)).toEqual(parseFeed(bytes, origin));
  });

  it('ends on a document of nothing but open tags', () => {
    const deep = Buffer.from(`<rss version="2.0"><channel><title>t</title>${'<item>'.repeat(100_000)}`);
    expect(outcome(deep)).toBeDefined();
  });
});
