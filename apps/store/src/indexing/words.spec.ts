import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchWords } from '../articles/search-text.ts';
import { visitWords, WordTable } from './words.ts';

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

  it('are each found again where they were put, and no others', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 200 }), (all) => {
        const table = new WordTable<{ text: string }>();
        const known = new Map<string, { text: string }>();
        for (const text of all.map((each) => each.toLowerCase())) {
          visitWords(text, (start, end, hash) => {
            const word = text.slice(start, end);
            expect(table.find(text, start, end, hash)).toBe(known.get(word));
            if (known.has(word)) return;
            known.set(word, { text: word });
            table.add(known.get(word)!, hash);
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are found although others have their hash', () => {
    const table = new WordTable<{ text: string }>();
    for (const text of ['rain', 'wind', 'snow']) table.add({ text }, 7);
    expect(table.find('snow and wind', 9, 13, 7)).toEqual({ text: 'wind' });
    expect(table.find('hail', 0, 4, 7)).toBeUndefined();
  });
});
