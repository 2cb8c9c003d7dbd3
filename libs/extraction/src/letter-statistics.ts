import { brotliDecompressSync } from 'node:zlib';
import { LETTER_STATISTICS, STATISTICS_LANGUAGES } from './lexicon/letter-statistics.ts';

/** So much of a text is scored, in UTF-16 units; in bytes, up to the end of a word behind the first number, or of a character behind the second. */
const MAX_LENGTH = 1000;
const ENOUGH_BYTES = 350;
const MAX_BYTES = 380;
const MAX_WORD_BYTES = 70;
const GRAM_BYTES = 4;
const STRIDE = 3;
/** All scores are stored less this. */
const BASE_SCORE = 53;
/** The average score of an n-gram at which a language is half sure. */
const HALF_SURE = 25;
const SPACE = 32;
/** First bytes of what no language of the statistics is written with, and of the dot that a small İ keeps: spaces to eld, though they part no words. */
const UNKNOWN_BYTES = /[\u00c7\u00ca-\u00cd\u00d4\u00dc-\u00df\u00ee]/g;

/** What is between words; an apostrophe within one is not. Letters beyond the basic plane have no statistics. */
const SEPARATORS = /(?:\P{L}|[\u{10000}-\u{10FFFF}])+(?<!['`\u2019])/gu;

interface Statistics {
  readonly table: Buffer;
  /** Where each n-gram is in the table. */
  readonly starts: Uint32Array;
}

let loaded: Statistics | null = null;

/**
 * How far a text's letters speak for each language, above 0 to below 1; languages for which nothing speaks are left out. The scores are
 * those of eld to the last bit; its own form of the same statistics takes a hundred times the memory.
 */
export function letterScores(text: string): ReadonlyMap<string, number> {
  const statistics = (loaded ??= load());
  const grams = gramsOf(wordsOf(text));
  const sums = new Array<number>(STATISTICS_LANGUAGES.length).fill(0);
  for (const gram of grams) addScores(statistics, Buffer.from(gram, 'latin1'), sums);
  const scores = new Map<string, number>();
  for (const [at, sum] of sums.entries()) {
    const average = sum / grams.size;
    if (sum > 0) scores.set(STATISTICS_LANGUAGES[at]!, average / (average + HALF_SURE));
  }
  return scores;
}

function load(): Statistics {
  const table = brotliDecompressSync(Buffer.from(LETTER_STATISTICS, 'base64'));
  const starts: number[] = [];
  for (let at = 0; at < table.length; at = pairsAt(table, at) + 2 * countAt(table, at)) starts.push(at);
  return { table, starts: Uint32Array.from(starts) };
}

function countAt(table: Buffer, start: number): number {
  return table[start + 1 + table[start]!]!;
}

function pairsAt(table: Buffer, start: number): number {
  return start + 2 + table[start]!;
}

/** Adds what an n-gram says to each language's sum. */
function addScores({ table, starts }: Statistics, gram: Buffer, sums: number[]): void {
  let from = 0;
  let to = starts.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const start = starts[middle]!;
    const order = gram.compare(table, start + 1, start + 1 + table[start]!);
    if (order === 0) {
      const pairs = pairsAt(table, start);
      for (let at = pairs; at < pairs + 2 * countAt(table, start); at += 2) {
        sums[table[at]!]! += table[at + 1]! + BASE_SCORE;
      }
      return;
    }
    if (order < 0) to = middle;
    else from = middle + 1;
  }
}

/** The words of a text as UTF-8, a character a byte. */
function wordsOf(text: string): string[] {
  const bytes = Buffer.from(text.slice(0, MAX_LENGTH).replace(SEPARATORS, ' ').trim().toLowerCase());
  return bytes
    .toString('latin1', 0, endOf(bytes))
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(UNKNOWN_BYTES, ' '));
}

function endOf(bytes: Buffer): number {
  for (let at = ENOUGH_BYTES + 1; at < bytes.length; at += 1) {
    if (bytes[at] === SPACE) return at;
    const beginsCharacter = (bytes[at]! & 0xc0) !== 0x80;
    if (at > MAX_BYTES && beginsCharacter) return at;
  }
  return bytes.length;
}

/** Four bytes at every third, and the last four, with the space before and behind a word; a longer word's last is what is left of it. */
function gramsOf(words: readonly string[]): Set<string> {
  const grams = new Set<string>();
  for (const word of words) {
    const length = Math.min(word.length, MAX_WORD_BYTES);
    let at = 0;
    for (; at + GRAM_BYTES < length; at += STRIDE) {
      grams.add((at === 0 ? ' ' : '') + word.slice(at, at + GRAM_BYTES));
    }
    grams.add(`${at === 0 ? ' ' : ''}${word.slice(Math.max(0, length - GRAM_BYTES))} `);
  }
  return grams;
}
