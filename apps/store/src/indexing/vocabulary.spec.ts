import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lexemes } from './lexemes.ts';
import { PARTICULAR, UNKNOWN, Vocabulary } from './vocabulary.ts';
import { visitWords } from './words.ts';

const texts = fc.array(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })), { maxLength: 100 });

describe('a vocabulary', () => {
  it('finds each word where it stands in any text, and no others', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const vocabulary = new Vocabulary(new Lexemes());
        const known = new Map<string, number>();
        for (const text of all.map((units) => units.join(' ').toLowerCase())) {
          visitWords(text, (start, end, hash) => {
            const word = text.slice(start, end);
            expect(vocabulary.find(text, start, end, hash)).toBe(known.get(word) ?? -1);
            if (!known.has(word)) known.set(word, vocabulary.add(text, start, end, hash));
            expect(vocabulary.textOf(known.get(word)!)).toBe(word);
          });
        }
        expect(vocabulary.count).toBe(known.size);
      }),
      { numRuns: 100 },
    );
  });

  it('holds many thousand words', () => {
    const vocabulary = new Vocabulary(new Lexemes());
    const words = Array.from({ length: 20_000 }, (_, n) => `word${n}`);
    for (const [n, word] of words.entries()) expect(vocabulary.add(word, 0, word.length, n)).toBe(n);
    for (const [n, word] of words.entries()) expect(vocabulary.find(word, 0, word.length, n)).toBe(n);
  });

  it('tells words of one hash apart', () => {
    const vocabulary = new Vocabulary(new Lexemes());
    for (const text of ['rain', 'wind', 'snow']) vocabulary.add(text, 0, 4, 7);
    expect(vocabulary.find('snow and wind', 9, 13, 7)).toBe(1);
    expect(vocabulary.find('hail', 0, 4, 7)).toBe(-1);
  });

  it('knows of a word what it learnt: one lexeme at its place, or what is particular', () => {
    const lexemes = new Lexemes();
    const vocabulary = new Vocabulary(lexemes);
    const run = lexemes.numberOf('run');
    const plain = vocabulary.add('running', 0, 7, 1);
    const stop = vocabulary.add('the', 0, 3, 2);
    const double = vocabulary.add('foo', 0, 3, 3);
    expect(vocabulary.lexemeOf(plain)).toBe(UNKNOWN);

    vocabulary.learn(plain, { lexemes: [run], offsets: [0], places: 1 });
    vocabulary.learn(stop, { lexemes: [], offsets: [], places: 1 });
    vocabulary.learn(double, { lexemes: [run, run], offsets: [0, 1], places: 2 });
    expect(vocabulary.lexemeOf(plain)).toBe(run);
    expect(vocabulary.meaningOf(plain)).toEqual({ lexemes: [run], offsets: [0], places: 1 });
    expect([vocabulary.lexemeOf(stop), vocabulary.lexemeOf(double)]).toEqual([PARTICULAR, PARTICULAR]);
    expect(vocabulary.meaningOf(stop)).toEqual({ lexemes: [], offsets: [], places: 1 });
    expect(vocabulary.meaningOf(double).places).toBe(2);
  });
});
