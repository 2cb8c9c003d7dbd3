import { LONGEST_WORD } from '../articles/search-text.ts';

const APART = 0;
const BEGINS = 1;
const GOES_ON = 2;
const HALF = 3;

const BEGINNING = /^[\p{L}\p{N}]$/u;
const MARK = /^\p{M}$/u;

/** What each UTF-16 unit is to a word: a table, for asking Unicode for each character of each text takes longer than all that is done with it. */
const ROLES = Uint8Array.from({ length: 0x10000 }, (_, unit) =>
  unit >= 0xd800 && unit < 0xe000 ? HALF : roleOf(String.fromCharCode(unit)),
);

/** Told of each word: where it is in the text, and the hash of its units. */
export type Visit = (start: number, end: number, hash: number) => void;

/** The words of a text that is in lower case, one after the other: those of `searchWords`, without a string for each. */
export function visitWords(text: string, visit: Visit): void {
  let start = -1;
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    let role = ROLES[unit]!;
    if (role === HALF) role = roleOfHalf(text, at);
    if (role === BEGINS || (role === GOES_ON && start >= 0)) {
      if (start < 0) {
        start = at;
        hash = 0x811c9dc5;
      }
      if (at - start < LONGEST_WORD) hash = Math.imul(hash ^ unit, 0x01000193); // FNV-1a
    } else if (start >= 0) {
      visit(start, Math.min(at, start + LONGEST_WORD), hash >>> 0);
      start = -1;
    }
  }
  if (start >= 0) visit(start, Math.min(text.length, start + LONGEST_WORD), hash >>> 0);
}

/** Words by their text, found without a string of it: a hash table with open addressing. */
export class WordTable<W extends { readonly text: string }> {
  #hashes = new Uint32Array(1024);
  #words: (W | undefined)[] = Array<W | undefined>(1024).fill(undefined);
  #count = 0;

  /** The word that stands there in a text. */
  find(text: string, start: number, end: number, hash: number): W | undefined {
    const mask = this.#hashes.length - 1;
    for (let slot = mixed(hash) & mask; ; slot = (slot + 1) & mask) {
      const word = this.#words[slot];
      if (word === undefined || (this.#hashes[slot] === hash && isAt(word.text, text, start, end))) return word;
    }
  }

  /** A word that is not there yet. */
  add(word: W, hash: number): void {
    if (++this.#count * 2 > this.#hashes.length) this.#grow();
    this.#put(word, hash);
  }

  #put(word: W, hash: number): void {
    const mask = this.#hashes.length - 1;
    let slot = mixed(hash) & mask;
    while (this.#words[slot] !== undefined) slot = (slot + 1) & mask;
    this.#words[slot] = word;
    this.#hashes[slot] = hash;
  }

  #grow(): void {
    const [hashes, words] = [this.#hashes, this.#words];
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#words = Array<W | undefined>(hashes.length * 2).fill(undefined);
    for (const [slot, word] of words.entries()) if (word !== undefined) this.#put(word, hashes[slot]!);
  }
}

/** The low bits of FNV-1a depend on the last characters most. */
function mixed(hash: number): number {
  return hash ^ (hash >>> 15);
}

function isAt(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) !== text.charCodeAt(start + at)) return false;
  return true;
}

function roleOfHalf(text: string, at: number): number {
  const isSecond = text.charCodeAt(at) >= 0xdc00;
  const codePoint = text.codePointAt(isSecond ? at - 1 : at);
  return codePoint !== undefined && codePoint > 0xffff ? roleOf(String.fromCodePoint(codePoint)) : APART;
}

function roleOf(character: string): number {
  return BEGINNING.test(character) ? BEGINS : MARK.test(character) ? GOES_ON : APART;
}
