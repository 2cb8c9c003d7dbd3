import { seededRandom } from '@khabar/testing';

const SYLLABLES = 'ba ke li mo nu ra se ti vo wa der ing ston pra dhan man tri sa bha la kha bar'.split(' ');

/** Made-up words with the frequencies of a language (Zipf), so that text compresses about as news does. */
const WORDS = (() => {
  const next = seededRandom(7);
  return Array.from({ length: 8_000 }, () =>
    Array.from({ length: 1 + Math.floor(next() * 4) }, () => SYLLABLES[Math.floor(next() * SYLLABLES.length)]).join(''),
  );
})();

/** Text of about so many characters, another for each seed. */
export function text(characters: number, seed: number): string {
  const next = seededRandom(seed);
  const words: string[] = [];
  for (let length = 0; length < characters;) {
    const word = WORDS[Math.floor(WORDS.length ** next()) - 1]!;
    words.push(word);
    length += word.length + 1;
  }
  return words.join(' ').slice(0, characters);
}
