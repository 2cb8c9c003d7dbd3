import type { Lexeme, Word } from './lexicon.ts';

/** Words of one part of a text. */
export interface Part {
  readonly weight: Weight;
  readonly words: readonly Word[];
}

/** How much a part counts, as `setweight` has it. */
export type Weight = keyof typeof WEIGHTS;

const WEIGHTS = { A: 3, B: 2, C: 1, D: 0 } as const;
const WEIGHT_SHIFT = 14;
/** The last place that Postgres tells from those behind it. */
const LAST_POSITION = 16_383;
/** So many places of one lexeme are kept, as by `to_tsvector`. */
const MOST_POSITIONS = 255;

let documents = 0;

/**
 * The `tsvector` of a text, its parts in a row, as Postgres receives it in binary (`tsvectorrecv`); the lexemes in any order. All words
 * must have been looked up in one go, without waiting: so equal lexemes are one object.
 */
export function searchVector(parts: readonly Part[]): Buffer {
  const document = ++documents;
  const lexemes: Lexeme[] = [];
  const positionsOf: number[][] = [];
  const meet = (lexeme: Lexeme, position: number, bits: number) => {
    if (lexeme.document !== document) {
      lexeme.document = document;
      lexeme.entry = lexemes.push(lexeme) - 1;
      positionsOf.push([bits | position]);
      return;
    }
    const positions = positionsOf[lexeme.entry]!;
    const last = positions[positions.length - 1]! & LAST_POSITION;
    if (last < position && positions.length < MOST_POSITIONS) positions.push(bits | position);
  };
  let before = 0;
  for (const { weight, words } of parts) {
    const bits = WEIGHTS[weight] << WEIGHT_SHIFT;
    for (const { lexemes: found, offsets, places } of words) {
      for (let i = 0; found !== null && i < found.length; i++) {
        meet(found[i]!, Math.min(before + 1 + (offsets === null ? 0 : offsets[i]!), LAST_POSITION), bits);
      }
      before += places;
    }
  }
  return encode(lexemes, positionsOf);
}

function encode(lexemes: readonly Lexeme[], positionsOf: readonly number[][]): Buffer {
  let size = 4;
  for (const [at, { text }] of lexemes.entries()) size += text.length * 3 + 3 + positionsOf[at]!.length * 2;
  const buffer = Buffer.allocUnsafe(size);
  let at = buffer.writeInt32BE(lexemes.length, 0);
  for (let entry = 0; entry < lexemes.length; entry++) {
    at = writeText(buffer, at, lexemes[entry]!.text);
    buffer[at++] = 0;
    const positions = positionsOf[entry]!;
    at = writeUInt16(buffer, at, positions.length);
    for (const position of positions) at = writeUInt16(buffer, at, position);
  }
  return buffer.subarray(0, at);
}

/** Byte by byte as long as that is right: for words so short `Buffer.write` costs ten times as much. */
function writeText(buffer: Buffer, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return start + buffer.write(text, start, 'utf8');
    buffer[start + i] = unit;
  }
  return start + text.length;
}

function writeUInt16(buffer: Buffer, at: number, number: number): number {
  buffer[at] = number >>> 8;
  buffer[at + 1] = number & 0xff;
  return at + 2;
}
