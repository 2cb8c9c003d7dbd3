import { describe, expect, it } from 'vitest';
import { type Ask, Lexicon, type Unknown } from './lexicon.ts';
import { searchVector } from './search-vector.ts';

/** A configuration that knows of nothing but the plural, and drops `the`. */
const stem: Ask = async (_, words) =>
  words.flatMap((word, at) =>
    word === 'the' ? [] : [{ place: String(at + 1), lexeme: word.replace(/s+$/, ''), positions: [1] }],
  );

/** What {@link searchVector} tells Postgres: each lexeme with its places, in the order in which they came. */
function read(vector: Buffer): [string, number[]][] {
  const entries: [string, number[]][] = [];
  let at = 4;
  for (let left = vector.readInt32BE(0); left > 0; left--) {
    const end = vector.indexOf(0, at);
    const text = vector.toString('utf8', at, end);
    const count = vector.readUInt16BE(end + 1);
    entries.push([text, Array.from({ length: count }, (_, i) => vector.readUInt16BE(end + 3 + 2 * i) & 0x3fff)]);
    at = end + 3 + 2 * count;
  }
  expect(at).toBe(vector.length);
  return entries;
}

async function vectorOf(lexicon: Lexicon, words: readonly string[], ask = stem): Promise<[string, number[]][]> {
  const unknown: Unknown[] = [];
  const found = lexicon.lookUp('english', words.join(' '), unknown);
  await lexicon.learn(unknown, ask);
  return read(searchVector([{ weight: 'D', looked: found }]));
}

describe('the lexicon', () => {
  it('asks for each word once', async () => {
    const lexicon = new Lexicon();
    const asked: string[] = [];
    const ask: Ask = (configurations, words) => (asked.push(...words), stem(configurations, words));
    await vectorOf(lexicon, ['rain', 'rains', 'rain', '2026'], ask);
    await vectorOf(lexicon, ['rains', 'snow', '2027'], ask);
    expect(asked).toEqual(['rain', 'rains', 'snow']);
  });

  it('gathers the places of all words of a lexeme, counting words that are dropped', async () => {
    expect(await vectorOf(new Lexicon(), ['rains', 'the', 'rain', 'falls', 'rains'])).toEqual([
      ['rain', [1, 3, 5]],
      ['fall', [4]],
    ]);
  });

  it('makes one lexeme of a text in a document, whatever it forgot between its words', async () => {
    const lexicon = new Lexicon();
    await vectorOf(lexicon, ['rain', 'rains']);
    for (const series of ['x', 'y']) {
      await vectorOf(
        lexicon,
        Array.from({ length: 31_000 }, (_, n) => `${series}${n}w`),
      );
      // one is remembered, the other is asked for
      expect(await vectorOf(lexicon, ['rain', `rainss${series === 'x' ? '' : 's'}`])).toEqual([['rain', [1, 2]]]);
    }
  });

  it('keeps the places that Postgres keeps of a word that comes all the time, and of a text without end', async () => {
    const entries = await vectorOf(new Lexicon(), [...Array<string>(20_000).fill('rain'), 'end', 'end']);
    expect(entries.map(([text, places]) => [text, places.length])).toEqual([
      ['rain', 255],
      ['end', 1],
    ]);
  });
});
