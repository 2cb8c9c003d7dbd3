import type { Lexemes } from './lexemes.ts';
import type { Looked } from './lexicon.ts';
import { grown, PARTICULAR } from './vocabulary.ts';

/** Words of one part of a text. */
export interface Part {
  readonly weight: Weight;
  readonly looked: Looked;
}

/** How much a part counts, as `setweight` has it. */
export type Weight = keyof typeof WEIGHTS;

const WEIGHTS = { A: 3, B: 2, C: 1, D: 0 } as const;
const WEIGHT_SHIFT = 14;
/** The last place that Postgres tells from those behind it. */
const LAST_POSITION = 16_383;
/** So many places of one lexeme are kept, as by `to_tsvector`. */
const MOST_POSITIONS = 255;

/** Which document comes next: its lexemes are told from others by it. */
let documents = 0;

/** Of the document at hand, kept from one to the other. Of each of its lexemes: its number, its first and last place, how many it has. */
let entries = new Int32Array(4 * 1_024);
const [LEXEME, FIRST, LAST, COUNT] = [0, 1, 2, 3] as const;
const FIELDS = 4;
/** What each place is, and the next one of its lexeme. */
let positions = new Uint16Array(4_096);
let nexts = new Int32Array(4_096);

/**
 * The `tsvector` of a text, its parts in a row, as Postgres receives it in binary (`tsvectorrecv`); the lexemes in any order. All parts
 * must have been looked up in one go, without waiting: so they are of one generation, and equal lexemes have one number.
 */
export function searchVector(parts: readonly Part[]): Buffer {
  const lexemes = parts[0]?.looked.vocabulary.lexemes;
  const used = lexemes === undefined ? 0 : gather(parts, lexemes);
  if (lexemes === undefined || used === 0) return Buffer.alloc(4);
  const { starts, bytes } = lexemes;
  let size = 4;
  for (let entry = 0; entry < used; entry += FIELDS) {
    const lexeme = entries[entry + LEXEME]!;
    size += starts[lexeme + 1]! - starts[lexeme]! + 2 + 2 * entries[entry + COUNT]!;
  }
  const buffer = Buffer.allocUnsafe(size);
  let at = buffer.writeInt32BE(used / FIELDS, 0);
  for (let entry = 0; entry < used; entry += FIELDS) {
    const lexeme = entries[entry + LEXEME]!;
    for (let from = starts[lexeme]!; from < starts[lexeme + 1]!; from++) buffer[at++] = bytes[from]!;
    const count = entries[entry + COUNT]!;
    at = writeUInt16(buffer, at, count);
    for (let place = entries[entry + FIRST]!, left = count; left > 0; left--, place = nexts[place]!) {
      at = writeUInt16(buffer, at, positions[place]!);
    }
  }
  return buffer;
}

/** @returns where the entries end */
function gather(parts: readonly Part[], { met }: Lexemes): number {
  const document = ++documents;
  let used = 0;
  let places = 0;
  const meet = (lexeme: number, position: number, bits: number) => {
    if (places === positions.length) {
      positions = grown(positions, Uint16Array);
      nexts = grown(nexts, Int32Array);
    }
    if (met[2 * lexeme] !== document) {
      met[2 * lexeme] = document;
      met[2 * lexeme + 1] = used;
      if (used === entries.length) entries = grown(entries, Int32Array);
      entries[used + LEXEME] = lexeme;
      entries[used + FIRST] = places;
      entries[used + LAST] = places;
      entries[used + COUNT] = 1;
      used += FIELDS;
    } else {
      const entry = met[2 * lexeme + 1]!;
      const last = entries[entry + LAST]!;
      if ((positions[last]! & LAST_POSITION) >= position || entries[entry + COUNT] === MOST_POSITIONS) return;
      nexts[last] = places;
      entries[entry + LAST] = places;
      entries[entry + COUNT]!++;
    }
    positions[places++] = bits | position;
  };
  let before = 0;
  for (const { weight, looked } of parts) {
    const { vocabulary, words } = looked;
    const bits = WEIGHTS[weight] << WEIGHT_SHIFT;
    for (const word of words) {
      const lexeme = vocabulary.lexemeOf(word);
      if (lexeme !== PARTICULAR) {
        meet(lexeme, Math.min(++before, LAST_POSITION), bits);
        continue;
      }
      const meaning = vocabulary.meaningOf(word);
      for (const [at, one] of meaning.lexemes.entries()) {
        meet(one, Math.min(before + 1 + meaning.offsets[at]!, LAST_POSITION), bits);
      }
      before += meaning.places;
    }
  }
  return used;
}

function writeUInt16(buffer: Buffer, at: number, number: number): number {
  buffer[at] = number >>> 8;
  buffer[at + 1] = number & 0xff;
  return at + 2;
}
