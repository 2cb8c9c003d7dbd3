import { describe, expect, it } from 'vitest';
import { parseSearch } from './parse-search.ts';

const brief = (query: string) =>
  parseSearch(query).map((terms) =>
    terms.map(({ text, isExcluded, isPrefix }) => `${isExcluded ? 'not ' : ''}${text}${isPrefix ? ' …' : ''}`),
  );

describe('what is typed into a search box', () => {
  it('is words that all occur', () => {
    expect(brief('rain  coast')).toEqual([['rain', 'coast']]);
  });

  it('keeps a phrase together', () => {
    expect(brief('"rain reaches" coast')).toEqual([['rain reaches', 'coast']]);
    expect(brief('"never closed')).toEqual([['never closed']]);
  });

  it('excludes what has a minus before it', () => {
    expect(brief('rain -snow -"black ice"')).toEqual([['rain', 'not snow', 'not black ice']]);
    expect(brief('north-east')).toEqual([['north-east']]);
  });

  it('has alternatives, weaker than what holds together', () => {
    expect(brief('rain coast OR snow -hills')).toEqual([
      ['rain', 'coast'],
      ['snow', 'not hills'],
    ]);
    expect(brief('or rain or')).toEqual([['rain']]);
    expect(brief('"or"')).toEqual([['or']]);
  });

  it('means all words that begin so by a star at the end', () => {
    expect(brief('gov* -min* "prime min*" *ment')).toEqual([['gov …', 'not min …', 'prime min …', '*ment']]);
  });

  it('says nothing by signs alone', () => {
    expect(brief('!!! & | - "" ( :*')).toEqual([]);
  });
});
