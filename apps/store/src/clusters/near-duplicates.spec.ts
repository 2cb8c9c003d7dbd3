import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEcho, keysOf, sharedShingles, shingleSet } from './near-duplicates.ts';
import { shinglesOf } from './shingles.ts';
import { body, paragraph } from './texts.fixture.ts';

const setOf = (text: string) => shingleSet(shinglesOf(text));
const areEchoes = (a: string, b: string) => isEcho(setOf(a), setOf(b));
const sharedKeys = (a: string, b: string) => keysOf(shinglesOf(a)).filter((key) => keysOf(shinglesOf(b)).includes(key));

const RAIN =
  '昨夜の雨は海岸の村々に九週間ぶりの水をもたらし、農家の人々は遅い収穫に望みをつないでいる。港では正午前に最初の雨粒が落ちた。';
const WIND =
  '今朝の風は山の町々に三日ぶりの寒さを運び、漁師たちは船を岸に引き上げた。空港では午後から便の欠航が相次いでいる。';

describe('shingles', () => {
  it('take no notice of case, width, punctuation and line ends', () => {
    expect(setOf('The FIRST drops, fell; on “the” harbour.')).toEqual(setOf('the first\n\ndrops fell on the harbour'));
    expect(setOf('ＡＢＣ １２３ ﾃﾞ four')).toEqual(setOf('abc 123 ﾃﾞ four'));
  });

  it('tell words from each other that differ in a vowel sign', () => {
    expect(sharedShingles(setOf('की का के'), setOf('का की के'))).toBe(0);
  });

  it('are of characters where a script has no spaces', () => {
    expect(setOf(RAIN).length).toBeGreaterThan(50);
    expect(sharedShingles(setOf(RAIN), setOf(RAIN.slice(10)))).toBe(setOf(RAIN.slice(10)).length);
  });

  it('are none of a text with fewer words', () => {
    expect(setOf('two words')).toHaveLength(0);
    expect(setOf('')).toHaveLength(0);
  });
});

describe('keys', () => {
  it('are few, each once, and none of a short text', () => {
    const keys = keysOf(shinglesOf(body(1, 2, 3)));
    expect(keys).toHaveLength(8);
    expect(new Set(keys).size).toBe(8);
    expect(keys.every(Number.isSafeInteger)).toBe(true);
    expect(keysOf(shinglesOf(paragraph(1, 21)))).toEqual([]);
    expect(keysOf(shinglesOf('again and '.repeat(200)))).toEqual([]);
  });

  it('do not depend on the order of paragraphs, but for those that lie across two', () => {
    expect(sharedKeys(body(1, 2, 3, 4), body(4, 3, 2, 1)).length).toBeGreaterThanOrEqual(6);
  });

  it('of a text are those of its parts, but for runs that lie across two', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        const ofParts = new Set([a, b].flatMap((seed) => keysOf(shinglesOf(paragraph(seed)))));
        const others = keysOf(shinglesOf(body(a, b))).filter((key) => !ofParts.has(key));
        expect(others.length).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('are not made of what every text says', () => {
    const phrases = Array.from({ length: 60 }, (_, n) => paragraph(n, 3));
    const withWordsOfItsOwn = (seed: number) => phrases.map((phrase, n) => `${phrase} w${seed}x${n}`).join(' ');
    expect(sharedShingles(setOf(withWordsOfItsOwn(1)), setOf(withWordsOfItsOwn(2)))).toBe(60);
    expect(sharedKeys(withWordsOfItsOwn(1), withWordsOfItsOwn(2))).toEqual([]);
  });
});

describe('echoes', () => {
  it('are texts that were cut, reordered, or led in otherwise', () => {
    const text = body(1, 2, 3, 4, 5, 6);
    expect(areEchoes(text, body(1, 2))).toBe(true);
    expect(areEchoes(text, body(6, 5, 4, 3, 2, 1))).toBe(true);
    expect(areEchoes(text, body(9, 1, 2, 3))).toBe(true);
    expect(areEchoes(RAIN, RAIN.slice(20))).toBe(true);
  });

  it('are not texts that share a quotation, or their script', () => {
    expect(areEchoes(body(1, 2, 3, 4), body(1, 5, 6, 7))).toBe(false);
    expect(areEchoes(RAIN, WIND)).toBe(false);
  });

  it('are not a report and a brief of it in a long overview', () => {
    expect(areEchoes(body(1), body(1, 2, 3, 4, 5, 6))).toBe(false);
  });

  it('are echoes in both directions', () => {
    const seeds = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        expect(areEchoes(body(...a), body(...b))).toBe(areEchoes(body(...b), body(...a)));
      }),
    );
  });
});
