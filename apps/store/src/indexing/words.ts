import { characterOfHalf, LONGEST_WORD } from '../articles/search-text.ts';

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

function roleOfHalf(text: string, at: number): number {
  const character = characterOfHalf(text, at);
  return character === null ? APART : roleOf(character);
}

function roleOf(character: string): number {
  return BEGINNING.test(character) ? BEGINS : MARK.test(character) ? GOES_ON : APART;
}
