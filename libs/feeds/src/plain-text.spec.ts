import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlOfText, looksLikeHtml, plainText } from './plain-text.ts';

describe('plainText', () => {
  it.each([
    ['Tom &amp; Jerry', 'Tom & Jerry'],
    ['Tom &amp;amp; Jerry', 'Tom &amp; Jerry'],
    ['AT&T, R&notes and Q&A', 'AT&T, R&notes and Q&A'],
    ['One<br/>two <b>three</b>', 'One two three'],
    ['<p>One</p><p>two</p>', 'One two'],
    ['5 < 6 and 7 > 3', '5 < 6 and 7 > 3'],
    ['The <Gaslight> of <i>Gruenau</i>', 'The <Gaslight> of Gruenau'],
    ['A<script>alert("<b>x</b>")</script><!-- note --> B', 'A B'],
    ['  many \n lines\t', 'many lines'],
    ['क्&zwj;ष &#8220;ठीक&#8221;', 'क्\u200dष “ठीक”'],
    ['nul\0 and bell\x07', 'nul and bell'],
    ['', ''],
  ])('reads %j as %j', (html, text) => {
    expect(plainText(html)).toBe(text);
  });

  it('gets back the text that was made HTML', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(plainText(htmlOfText(text))).toBe(text.replace(/[\s\p{Cc}]+/gu, ' ').trim());
      }),
    );
  });

  it('ends on hostile input', () => {
    for (const piece of ['<!--', '<script ', '<b ', '&', '<i>']) {
      expect(plainText(piece.repeat(200_000)).length).toBeLessThanOrEqual(20_000);
    }
  });
});

describe('looksLikeHtml', () => {
  it.each(['a <b>b</b>', 'x<br/>', 'Smith &amp; Sons', '&#8217;'])('takes %j for HTML', (text) => {
    expect(looksLikeHtml(text)).toBe(true);
  });

  it.each(['5 < 6', 'The <Gaslight>', 'plain', 'a & b;', 'R&notes'])('takes %j for text', (text) => {
    expect(looksLikeHtml(text)).toBe(false);
  });
});
