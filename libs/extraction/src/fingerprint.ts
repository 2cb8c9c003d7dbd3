import { comparable } from './clean-text.ts';
import { isUnspaced } from './words.ts';

const WORDS_PER_SHINGLE = 3;
const CHARACTERS_PER_SHINGLE = 5;

/**
 * The 64-bit SimHash (Charikar 2002) of a text as 16 hex digits: texts that share most of their shingles differ in few bits.
 * Shingles are three successive words, and five successive characters in scripts without spaces; letters count, case and punctuation
 * do not. Each shingle is hashed by FNV-1a in two 32-bit lanes of different bases, finished by MurmurHash3's mixer. Null for a text
 * without letters. Frozen: the store compares fingerprints of different years.
 */
export function fingerprint(text: string): string | null {
  const sums = new Int32Array(64);
  let any = false;
  for (const shingle of shingles(text)) {
    any = true;
    add(sums, 0, mixed(hash(shingle, 0x811c9dc5)));
    add(sums, 32, mixed(hash(shingle, 0x9747b28c)));
  }
  return any ? half(sums, 0) + half(sums, 32) : null;
}

function* shingles(text: string): Generator<string> {
  if (isUnspaced(text)) {
    const characters = [...comparable(text)];
    if (characters.length > 0 && characters.length < CHARACTERS_PER_SHINGLE) yield characters.join('');
    for (let at = 0; at + CHARACTERS_PER_SHINGLE <= characters.length; at += 1) {
      yield characters.slice(at, at + CHARACTERS_PER_SHINGLE).join('');
    }
    return;
  }
  const words = text
    .split(/\s+/)
    .map(comparable)
    .filter((word) => word !== '');
  if (words.length > 0 && words.length < WORDS_PER_SHINGLE) yield words.join(' ');
  for (let at = 0; at + WORDS_PER_SHINGLE <= words.length; at += 1) {
    yield words.slice(at, at + WORDS_PER_SHINGLE).join(' ');
  }
}

function hash(shingle: string, basis: number): number {
  let value = basis;
  for (let at = 0; at < shingle.length; at += 1) value = Math.imul(value ^ shingle.charCodeAt(at), 0x01000193);
  return value;
}

function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function add(sums: Int32Array, from: number, bits: number): void {
  for (let bit = 0; bit < 32; bit += 1) sums[from + bit]! += (bits >>> bit) & 1 ? 1 : -1;
}

function half(sums: Int32Array, from: number): string {
  let value = 0;
  for (let bit = 0; bit < 32; bit += 1) if (sums[from + bit]! > 0) value |= 1 << bit;
  return (value >>> 0).toString(16).padStart(8, '0');
}
