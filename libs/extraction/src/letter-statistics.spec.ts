import { eld } from 'eld/small';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letterScores } from './letter-statistics.ts';

const letters = [
  'abcdefghijklmnopqrstuvwxyz',
  'éüßøñçåščžđłőşğıİǆʼʲ',
  'абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگۆە',
  'कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुू्',
  "''`’ ,.-0\u{1F600}\u{10400}",
];
const text = fc
  .array(fc.oneof(...letters.map((each) => fc.string({ unit: fc.constantFrom(...each), maxLength: 90 }))), {
    maxLength: 60,
  })
  .map((words) => words.join(' '));

describe('letterScores', () => {
  it('are those of eld to the last bit, whatever the text', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(Object.fromEntries(letterScores(any))).toEqual(eld.detect(any).getScores());
      }),
    );
  });

  it('are none for a text without words', () => {
    expect(letterScores(' 1, 2 … ').size).toBe(0);
  });
});
