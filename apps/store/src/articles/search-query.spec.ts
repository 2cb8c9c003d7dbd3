import { describe, expect, it } from 'vitest';
import { readSearch } from './search-query.ts';

const STOP_WORDS: Readonly<Record<string, readonly string[]>> = { english: ['the', 'on'], french: ['on'], simple: [] };

/** A Postgres of few words: English takes the plural off, stop words are left out. */
async function ask(configurations: readonly string[], phrases: readonly string[]): Promise<string[]> {
  return phrases.map((phrase, at) => {
    const configuration = configurations[at]!;
    const words = phrase.split(' ').filter((word) => !STOP_WORDS[configuration]?.includes(word));
    return words.map((word) => `'${configuration === 'english' ? word.replace(/s$/, '') : word}'`).join(' <-> ');
  });
}

const text = async (q: string, language: string | null = 'en') => (await readSearch(q, language, ask)).text;

describe('a query in the lexemes of the index', () => {
  it('is of all its terms', async () => {
    expect(await text('rains coast')).toBe(`('rain') & ('coast')`);
    expect(await text('"two rains" -snows')).toBe(`('two' <-> 'rain') & (!('snow'))`);
  });

  it('is put as each language puts it that the articles may be of, each way once', async () => {
    expect(await text('rain', null)).toBe(`'rain'`);
    expect(await text('rains coast', null)).toBe(`(('rains') & ('coast')) | (('rain') & ('coast'))`);
  });

  it('asks of no language for its stop words', async () => {
    expect(await text('the rain', 'en')).toBe(`'rain'`);
    expect(await text('the rain', null)).toBe(`(('the') & ('rain')) | ('rain')`);
    expect(await text('the', 'en')).toBe('');
    expect(await text('the or rain', 'en')).toBe(`'rain'`);
  });

  it('excludes a word in all its forms', async () => {
    expect(await text('-rains', null)).toBe(`!(('rains') | ('rain'))`);
    expect(await text('coast -rains', null)).toBe(`('coast') & (!(('rains') | ('rain')))`);
  });

  it('finds all words that begin so, and the word that it is a form of', async () => {
    expect(await text('coasts*')).toBe(`('coasts':*) | ('coast')`);
    expect(await text('"rain coa*"')).toBe(`(('rain') <-> 'coa':*) | ('rain' <-> 'coa')`);
    expect(await text('c*')).toBe(`'c'`);
  });

  it('finds any part of what is written without spaces, a single letter as the beginning of a pair', async () => {
    expect(await text('東京大', 'ja')).toBe(`'東京' <-> '京大'`);
    expect(await text('猫', 'ja')).toBe(`'猫':*`);
    expect(await text('東京*', 'ja')).toBe(`'東京'`);
  });

  it('is nothing where nothing is said', async () => {
    expect(await text('!!! \u0640')).toBe('');
  });

  it('has, of words alone, what finds at least as much', async () => {
    const words = async (q: string, language = 'en') => (await readSearch(q, language, ask)).words;
    expect(await words('rain -snow')).toBe(await text('rain -snow'));
    expect(await words('"rain coast"')).toBe(`'rain' & 'coast'`);
    expect(await words('"rain coast" -snow')).toBe(`('rain' & 'coast') & (!('snow'))`);
    expect(await words('rain -"snow storm"')).toBe(`'rain'`);
    expect(await words('"rain coast" or wind -東京大')).toBe(`('rain' & 'coast') | ('wind')`);
    expect(await words('-"snow storm"')).toBe(await text('-"snow storm"'));
  });

  it('names what is to be marked in what it finds', async () => {
    const { lexemes, beginnings } = await readSearch('rains "on coasts" far* -snow', 'en', ask);
    expect([lexemes, beginnings]).toEqual([['rain', 'coast', 'far'], ['far']]);
  });
});
