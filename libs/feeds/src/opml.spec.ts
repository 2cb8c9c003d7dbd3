import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OpmlFeed, generateOpml, parseOpml } from './opml.ts';

const folder = join(import.meta.dirname, '../fixtures/opml-folders-and-categories');

describe('OPML', () => {
  it('is read with the folders of a feed as its category, unless it says its own', () => {
    const list = parseOpml(readFileSync(join(folder, 'list.opml')));
    expect(list).toEqual(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')));
  });

  it('that is written is read back equal', () => {
    // XML has no control characters, and readers trim.
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((found) => found.trim() === found && found !== '' && !/[\p{Cc}\uFFFE\uFFFF]/u.test(found));
    const address = fc.nat().map((number) => `https://example.org/feed?a=${number}&b='%22'`);
    const feed: fc.Arbitrary<OpmlFeed> = fc.record({
      title: fc.option(text),
      xmlUrl: address,
      htmlUrl: fc.option(address),
      language: fc.option(fc.constantFrom('hi', 'zh-Hant', 'pt-BR')),
      category: fc.option(text),
    });
    fc.assert(
      fc.property(fc.option(text), fc.array(feed, { maxLength: 5 }), (title, feeds) => {
        const read = parseOpml(Buffer.from(generateOpml({ title, feeds })));
        // Where no title was given the address stands in for the required text.
        const expected = feeds.map((of) => ({ ...of, title: of.title ?? of.xmlUrl }));
        expect(read).toEqual({ title, feeds: expected });
      }),
    );
  });

  it('without outlines is an empty list', () => {
    expect(parseOpml(Buffer.from('<opml version="2.0"><head/><body></body></opml>')).feeds).toEqual([]);
  });

  it.each(['', 'hello', '<html></html>', '{"opml": true}'])('is not what %j is', (text) => {
    expect(() => parseOpml(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'not-opml' }));
  });

  it('of any bytes is a list or a KhabarError', () => {
    const real = readFileSync(join(folder, 'list.opml'));
    const cut = fc.tuple(fc.nat(real.length), fc.uint8Array({ maxLength: 30 })).map(([at, filling]) => {
      return Buffer.concat([real.subarray(0, at), filling, real.subarray(at + 10)]);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), cut), (bytes) => {
        try {
          expect(Array.isArray(parseOpml(bytes).feeds)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(KhabarError);
        }
      }),
    );
  });

  it('of folders without end ends', () => {
    const deep = `<opml version="2.0"><body>${'<outline text="x">'.repeat(50_000)}`;
    expect(() => parseOpml(Buffer.from(deep))).toThrow(KhabarError);
  });
});
