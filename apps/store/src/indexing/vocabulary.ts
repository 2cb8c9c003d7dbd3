import type { Lexemes } from './lexemes.ts';

/** What a text search configuration makes of a word. */
export interface Meaning {
  /** Numbers of its lexemes; none for a stop word. */
  readonly lexemes: readonly number[];
  /** How many places behind the word's first each of them stands. */
  readonly offsets: readonly number[];
  /** How many places the word takes in a text, at least one. */
  readonly places: number;
}

/** In place of a lexeme's number: nobody asked Postgres for the word yet. */
export const UNKNOWN = -1;
/** In place of a lexeme's number: the word has none, several, or takes other places than one; see {@link Vocabulary.meaningOf}. */
export const PARTICULAR = -2;

/**
 * Words of one configuration by their numbers, found where they stand in a text, without a string of them: a hash table with open addressing.
 * All of it is in a few arrays of numbers, frequent words first, for what a look-up costs is waiting for memory: objects spread over the heap
 * took twice as long.
 */
export class Vocabulary {
  readonly #lexemeNumbers: Lexemes;
  #count = 0;
  /** By hash: each word's hash and its number, from 1; 0 where there is none. */
  #slots = new Int32Array(2 * 1024);
  /** Where the text of each word begins; it ends where the next one's begins. */
  #starts = new Int32Array(512);
  #units = new Uint16Array(4_096);
  #lexemes = new Int32Array(512);
  readonly #particular = new Map<number, Meaning>();

  constructor(lexemes: Lexemes) {
    this.#lexemeNumbers = lexemes;
  }

  /** Those that its words have. */
  get lexemes(): Lexemes {
    return this.#lexemeNumbers;
  }

  get count(): number {
    return this.#count;
  }

  /** The number of the word that stands there in a text; negative when there is none. */
  find(text: string, start: number, end: number, hash: number): number {
    const mask = this.#slots.length / 2 - 1;
    const wanted = hash | 0;
    for (let slot = mixed(hash) & mask; ; slot = (slot + 1) & mask) {
      const word = this.#slots[2 * slot + 1]! - 1;
      if (word < 0 || (this.#slots[2 * slot] === wanted && this.#isAt(word, text, start, end))) return word;
    }
  }

  /** Takes a word in that is not there yet. @returns its number */
  add(text: string, start: number, end: number, hash: number): number {
    const word = this.#count++;
    const first = this.#starts[word]!;
    const last = first + end - start;
    if (this.#count + 1 > this.#starts.length) {
      this.#starts = grown(this.#starts, Int32Array);
      this.#lexemes = grown(this.#lexemes, Int32Array);
    }
    while (last > this.#units.length) this.#units = grown(this.#units, Uint16Array);
    for (let at = start; at < end; at++) this.#units[first + at - start] = text.charCodeAt(at);
    this.#starts[word + 1] = last;
    this.#lexemes[word] = UNKNOWN;
    if (this.#count * 4 > this.#slots.length) this.#spread();
    this.#put(word, hash | 0);
    return word;
  }

  textOf(word: number): string {
    return String.fromCharCode(...this.#units.subarray(this.#starts[word], this.#starts[word + 1]));
  }

  /** The number of its one lexeme, {@link UNKNOWN} or {@link PARTICULAR}. */
  lexemeOf(word: number): number {
    return this.#lexemes[word]!;
  }

  /** Only of what is not {@link UNKNOWN}. */
  meaningOf(word: number): Meaning {
    return this.#particular.get(word) ?? { lexemes: [this.#lexemes[word]!], offsets: [0], places: 1 };
  }

  learn(word: number, meaning: Meaning): void {
    const isPlain = meaning.lexemes.length === 1 && meaning.offsets[0] === 0 && meaning.places === 1;
    this.#lexemes[word] = isPlain ? meaning.lexemes[0]! : PARTICULAR;
    if (!isPlain) this.#particular.set(word, meaning);
  }

  #isAt(word: number, text: string, start: number, end: number): boolean {
    const first = this.#starts[word]!;
    if (this.#starts[word + 1]! - first !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#units[first + at - start] !== text.charCodeAt(at)) return false;
    return true;
  }

  #put(word: number, hash: number): void {
    const mask = this.#slots.length / 2 - 1;
    let slot = mixed(hash) & mask;
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = word + 1;
  }

  #spread(): void {
    const slots = this.#slots;
    this.#slots = new Int32Array(2 * slots.length);
    for (let at = 0; at < slots.length; at += 2) if (slots[at + 1] !== 0) this.#put(slots[at + 1]! - 1, slots[at]!);
  }
}

/** A larger one with the same content. */
export function grown<A extends Int32Array | Uint16Array | Uint8Array>(array: A, of: new (length: number) => A): A {
  const larger = new of(2 * array.length);
  larger.set(array);
  return larger;
}

/** The low bits of FNV-1a depend on the last characters most. */
function mixed(hash: number): number {
  return hash ^ (hash >>> 15);
}
