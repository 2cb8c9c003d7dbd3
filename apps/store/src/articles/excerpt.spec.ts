import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SearchedText, searchable } from './article-text.ts';
import { excerptOf } from './excerpt.ts';
import { searchWords } from './search-text.ts';

const textOf = (parts: Partial<SearchedText>): SearchedText => ({
  title: 'Rain reaches the coast',
  kicker: 'Weather',
  summary: null,
  section: null,
  authors: ['Asha Verma'],
  agencies: [],
  tags: ['rain'],
  body: '',
  language: 'en',
  ...parts,
});

/** The excerpt for words that are searched for, which stand in the index as they are written. */
function excerpt(parts: Partial<SearchedText>, ...wanted: string[]): string {
  const text = textOf(parts);
  const { title, lead, body } = searchable(text);
  const words = [title, lead, body].flatMap(searchWords);
  const found = words.map((word, at) => [at + 1, word] as const).filter(([, word]) => wanted.includes(word));
  return excerptOf(text, new Map(found));
}

const ODD = [...'ab <&"\'>.\n\u200dकि東京ท่าเ한é\u0301😀'];
/** Letters, digits and what is not seen, each folded in a way of its own; marks stand upon letters of their script. */
const FOLDED = [
  ...'aß½²İёأم२\u0640\u200c\u00ad\u061c\u0149ﷺ한中ー𠀀 ,-',
  ...['n\u0300', 'e\u0308', 'न्द', 'ज़', 'अँ', 'ح\u064b', 'ท่', 'กำ'],
];

describe('an excerpt', () => {
  it('marks what was found, and escapes the rest', () => {
    expect(excerpt({ body: 'Fish & chips, "rain" <b>rain</b>.' }, 'rain')).toBe(
      'Fish &amp; chips, &quot;<mark>rain</mark>&quot; &lt;b&gt;<mark>rain</mark>&lt;/b&gt;.',
    );
  });

  it('is the part of a long text with most of what was searched for', () => {
    const body = `Rain at first. ${'Other words follow here. '.repeat(40)}Rain and harvest met. ${'And so on. '.repeat(40)}`;
    const shown = excerpt({ body }, 'rain', 'harvest');
    expect(shown).toContain('<mark>Rain</mark> and <mark>harvest</mark> met.');
    expect(shown).toMatch(/^… .* …$/);
    expect(shown.length).toBeLessThan(300);
  });

  it('marks words that are spelled another way', () => {
    expect(excerpt({ body: 'वह हिन्दी बोलता है' }, 'हिंदी')).toBe('वह <mark>हिन्दी</mark> बोलता है');
    expect(excerpt({ body: 'قال أحمد' }, 'احمد')).toBe('قال <mark>أحمد</mark>');
    expect(excerpt({ body: 'die Zei\u00adtung' }, 'zeitung')).toBe('die <mark>Zei\u00adtung</mark>');
  });

  it('marks parts of what is written without spaces', () => {
    expect(excerpt({ body: 'これは東京大学です。' }, '東京', '京大')).toBe('これは<mark>東京大</mark>学です。');
    expect(excerpt({ body: 'ฝนตกที่ท่าเรือก่อนเที่ยง' }, 'ท่า', 'าเ', 'เรื', 'รือ')).toBe('ฝนตกที่<mark>ท่าเรือ</mark>ก่อนเที่ยง');
    expect(excerpt({ body: 'iPhone手机 new' }, '手机')).toBe('iPhone<mark>手机</mark> new');
  });

  it('shows the summary where only that has it, and the beginning of the body where only the title has', () => {
    const parts = { summary: 'Clouds came in.', body: 'The first drops fell.' };
    expect(excerpt(parts, 'clouds')).toBe('<mark>Clouds</mark> came in.');
    expect(excerpt(parts, 'coast')).toBe('The first drops fell.');
    expect(excerpt({ body: null, summary: null }, 'coast')).toBe('');
  });

  it('knows each word of a text by its place, as the index counts them, however they are spelt', () => {
    const body = fc.string({ unit: fc.constantFrom(...FOLDED), minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(body, (text) => {
        const { title, lead, body } = searchable(textOf({ body: text }));
        const before = searchWords(title).length + searchWords(lead).length;
        const words = searchWords(body);
        for (const at of words.keys()) {
          expect(excerptOf(textOf({ body: text }), new Map([[before + at + 1, 'word']]))).toContain('<mark>');
        }
        expect(excerptOf(textOf({ body: text }), new Map([[before + words.length + 1, 'word']]))).not.toContain(
          '<mark>',
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is well-formed and of the text whatever the text', () => {
    const body = fc.string({ unit: fc.constantFrom(...ODD), maxLength: 400 });
    fc.assert(
      fc.property(body, fc.array(fc.nat(60), { maxLength: 8 }), (text, places) => {
        const shown = excerptOf(textOf({ body: text }), new Map(places.map((place) => [place, `${place % 3}`])));
        const plain = shown.replace(/<\/?mark>/g, '');
        expect(plain).not.toMatch(/[<>"']/);
        expect(shown.match(/<mark>/g)?.length).toBe(shown.match(/<\/mark>/g)?.length);
        expect(shown).not.toMatch(/<mark><mark>|<\/mark><\/mark>/);
      }),
    );
  });
});
