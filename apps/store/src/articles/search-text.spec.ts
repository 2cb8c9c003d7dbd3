import { describe, expect, it } from 'vitest';
import { queryConfigurations, searchConfiguration, searchQuery, searchText, singleLetter } from './search-text.ts';

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
    expect(searchText('می\u200cخواهم')).toBe('میخواهم');
    expect(searchText('Zei\u00adtung')).toBe('Zeitung');
    expect(searchText('مُحَمَّد')).toBe('محمد');
  });

  it('makes compatibility forms one', () => {
    expect(searchText('２０２６ ﬁre')).toBe('2026 fire');
    expect(searchText('\u0958')).toBe(searchText('\u0915\u093c'));
  });
});

describe('a query', () => {
  it('looks for what is written without spaces as a phrase of pairs', () => {
    expect(searchQuery('北京大学')).toBe(' "北京 京大 大学" ');
    expect(searchQuery('東京 -大阪府')).toBe(' "東京"  -"大阪 阪府" ');
    expect(searchQuery('iPhone手机')).toBe('iPhone "手机" ');
  });

  it('stays inside the quotes of a phrase', () => {
    expect(searchQuery('"東京 tower" rain')).toBe('" 東京  tower" rain');
  });

  it('knows a single letter', () => {
    expect(singleLetter('猫')).toBe('猫');
    expect(singleLetter('猫犬')).toBeNull();
    expect(singleLetter('a')).toBeNull();
    expect(singleLetter('')).toBeNull();
  });

  it('is stemmed as its language says, else as its script allows, and always taken word by word too', () => {
    expect(queryConfigurations('running', 'en-GB')).toEqual(['simple', 'english']);
    expect(queryConfigurations('पुतिन', null)).toEqual(['simple', 'hindi', 'nepali']);
    expect(queryConfigurations('北京', 'zh')).toEqual(['simple']);
  });

  it('takes a language without stemmer word by word', () => {
    expect(searchConfiguration('sw')).toBe('simple');
    expect(searchConfiguration(null)).toBe('simple');
    expect(searchConfiguration('pt-BR')).toBe('portuguese');
  });
});
