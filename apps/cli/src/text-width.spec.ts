import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitText, manyLines, oneLine, textWidth } from './text-width.ts';

describe('textWidth', () => {
  it.each([
    ['Rain', 4],
    ['', 0],
    ['東京', 4],
    ['ニュース', 8],
    ['ﾆｭｰｽ', 4],
    ['뉴스', 4],
    ['！', 2],
    ['café', 4],
    ['cafe\u0301', 4],
    ['\u200dab\u200c', 2],
    ['👩‍👩‍👧', 2],
    ['☀️', 2],
  ])('counts the cells of %s as %i', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('gives a spacing vowel sign a cell and a nonspacing one none', () => {
    expect(textWidth('की')).toBe(2);
    expect(textWidth('कु')).toBe(1);
    expect(textWidth('क्ष')).toBe(2);
  });
});

describe('fitText', () => {
  it('leaves alone what fits', () => {
    expect(fitText('Rain', 4)).toBe('Rain');
  });

  it('marks what it left out', () => {
    expect(fitText('Rain reaches the coast', 8)).toBe('Rain re…');
    expect(fitText('Rain reaches', 6)).toBe('Rain…');
  });

  it('does not cut a wide character in two', () => {
    expect(fitText('東京の雨', 6)).toBe('東京…');
  });

  it('never takes more cells than it was given, nor splits a grapheme', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const shown = oneLine(text);
        const fitted = fitText(shown, width);
        expect(textWidth(fitted)).toBeLessThanOrEqual(width);
        const kept = [...graphemes.segment(fitted)].map(({ segment }) => segment).filter((segment) => segment !== '…');
        const whole = [...graphemes.segment(shown)].map(({ segment }) => segment);
        expect(whole.slice(0, kept.length)).toEqual(kept);
      }),
    );
  });
});

describe('oneLine and manyLines', () => {
  it('lets no control character reach the terminal', () => {
    expect(oneLine('a\u001b]0;title\u0007b\nc\u009bd')).toBe('a ]0;title b c d');
    expect(manyLines('a\u001b[2Jb')).toBe('a [2Jb');
  });

  it('removes directional overrides, which could disguise what follows, and keeps joiners', () => {
    expect(oneLine('safe\u202egpj.exe')).toBe('safegpj.exe');
    expect(oneLine('क्\u200dष')).toBe('क्\u200dष');
  });

  it('keeps line breaks and tabs where lines are many', () => {
    expect(manyLines('a\r\nb\tc\u2028d')).toBe('a\nb\tc\nd');
  });
});
