import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchWords } from '../articles/search-text.ts';
import { visitWords } from './words.ts';

const unit = fc.oneof(
  fc.constantFrom('a', 'é', 'e\u0301', 'है', '\u094d', '東', '𝕏', '𐎀', '𑄧', '\ud800', '\udc00', '7', '-', ' ', '\u200d'),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
  fc.constant('long'.repeat(30)),
);
const texts = fc.array(unit, { maxLength: 40 }).map((units) => units.join(''));

function visited(text: string): { word: string; hash: number }[] {
  const found: { word: string; hash: number }[] = [];
  visitWords(text, (start, end, hash) => found.push({ word: text.slice(start, end), hash }));
  return found;
}

describe('the words of a text', () => {
  it('are those that a query for it has', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const lowered = text.toLowerCase();
        expect(visited(lowered).map(({ word }) => word)).toEqual(searchWords(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
