import { describe, expect, it } from 'vitest';
import {
  isSingleLetter,
  queryConfigurations,
  searchConfiguration,
  searchPhrase,
  searchText,
  searchWords,
} from './search-text.ts';

describe('the text that is searched', () => {
  it('leaves words with spaces between as they are', () => {
    expect(searchText('Rain reaches the coast')).toBe('Rain reaches the coast');
    expect(searchText('राष्ट्रपति पुतिन')).toBe('राष्ट्रपति पुतिन');
  });

  it('cuts what is written without spaces into overlapping pairs', () => {
    expect(searchText('北京大学').trim().split(' ')).toEqual(['北京', '京大', '大学', '学']);
  });

  it('keeps the marks of a letter with their letter', () => {
    expect(searchText('ที่นี่').trim().split(' ')).toEqual(['ที่นี่', 'นี่']);
  });

  it('drops what cannot be seen', () => {
    expect(searchText('می\u200cخواهم')).toBe(searchText('میخواهم'));
    expect(searchText('Zei\u00adtung')).toBe('Zeitung');
    expect(searchText('مُحَمَّد')).toBe('محمد');
  });

  it('makes compatibility forms one', () => {
    expect(searchText('２０２６ ﬁre')).toBe('2026 fire');
    expect(searchText('\u0958')).toBe(searchText('\u0915\u093c'));
  });
});

describe('the words of a text', () => {
  it('are letters and digits with their marks, in lower case', () => {
    expect(searchWords('The well-known “Foo_Bar” said: 3.14%, राष्ट्रपति!')).toEqual(
      'the well known foo bar said 3 14 राष्ट्रपति'.split(' '),
    );
  });

  it('are cut where nobody would write on', () => {
    expect(searchWords('x'.repeat(3_000))).toEqual(['x'.repeat(100)]);
  });
});

describe('a query', () => {
  it('looks for what is written without spaces as a phrase of pairs', () => {
    expect(searchPhrase('北京大学').trim()).toBe('北京 京大 大学');
    expect(searchPhrase('iPhone手机').trim()).toBe('iPhone 手机');
    expect(searchPhrase('rain')).toBe('rain');
  });

  it('knows a single letter', () => {
    expect(isSingleLetter('猫')).toBe(true);
    expect(isSingleLetter('猫犬')).toBe(false);
    expect(isSingleLetter('a')).toBe(false);
    expect(isSingleLetter('')).toBe(false);
  });

  it('is stemmed as its language says, else in every way that its script allows', () => {
    expect(queryConfigurations('running', 'en-GB')).toEqual(['english']);
    expect(queryConfigurations('running', null)).toEqual(expect.arrayContaining(['simple', 'english', 'finnish']));
    expect(queryConfigurations('running', null)).not.toContain('russian');
    expect(queryConfigurations('पुतिन', null)).toEqual(['simple', 'hindi', 'nepali']);
    expect(queryConfigurations('北京', 'zh')).toEqual(['simple']);
  });

  it('takes a language without stemmer word by word', () => {
    expect(searchConfiguration('sw')).toBe('simple');
    expect(searchConfiguration(null)).toBe('simple');
    expect(searchConfiguration('pt-BR')).toBe('portuguese');
  });
});
