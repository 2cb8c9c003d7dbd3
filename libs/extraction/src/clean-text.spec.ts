import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiDigits, cleanLine, cleanText, comparable } from './clean-text.ts';

describe('cleanLine', () => {
  it.each([
    ['no-break, narrow, ideographic spaces and tabs are one space each run', 'a\u00a0\u202f b\u3000\tc', 'a b c'],
    [
      'soft hyphens, zero-width spaces, BOMs and word joiners go',
      'tem\u00adpo\u00adra\u200bry\ufeff \u2060x',
      'temporary x',
    ],
    ['control characters and direction marks go', 'a\0b\u0007\u200fc\u202ad', 'abcd'],
    ['a joiner stays inside a word', 'कर्\u200dयांनी', 'कर्\u200dयांनी'],
    ['a joiner stays after a virama at the end of a word', 'ന്\u200d ആ', 'ന്\u200d ആ'],
    ['a non-joiner stays inside a Persian word', 'کتاب\u200cها', 'کتاب\u200cها'],
    ['a joiner at the edge of a word goes', '\u200cکتاب\u200c \u200dx', 'کتاب x'],
    ['joiners of an emoji stay', '👩\u200d🚒 came', '👩\u200d🚒 came'],
    ['text is composed', 'cafe\u0301', 'café'],
    ['lone surrogates become replacement characters', 'a\ud800b', 'a\ufffdb'],
    ['marks beyond any script are cut', `a${'\u0301'.repeat(500)}`, `á${'\u0301'.repeat(29)}`],
  ])('%s', (_, text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });

  it('changes nothing that is clean', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = cleanLine(text);
        expect(cleanLine(clean)).toBe(clean);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean).not.toMatch(/[\0\n\r]/);
      }),
    );
  });
});

describe('cleanText', () => {
  it('knows every line end and keeps one empty line between paragraphs', () => {
    expect(cleanText(' a \r\nb\rc\u2028d\u0085\n\n\n\ne\n')).toBe('a\nb\nc\nd\n\ne');
  });
});

describe('comparable', () => {
  it('is the same for two spellings of one headline', () => {
    expect(comparable('“Rain” reaches the COAST!')).toBe(comparable('"Rain" reaches the coast'));
    expect(comparable('２０２６年')).toBe(comparable('2026年'));
  });
});

describe('asciiDigits', () => {
  it.each(['٢٠٢٦', '۲۰۲۶', '२०२६', '২০২৬', '２０２６', '૨૦૨૬', '௨௦௨௬', '๒๐๒๖'])('reads %s', (digits) => {
    expect(asciiDigits(digits)).toBe('2026');
  });
});
