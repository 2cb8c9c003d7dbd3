import type { Word } from './lexicon.ts';

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

/** The `tsvector` of a text, its parts in a row, as Postgres receives it in binary (`tsvectorrecv`); the lexemes in any order. */
export function searchVector(parts: readonly Part[]): Buffer {
  const entries = new Map<string, number[]>();
  let before = 0;
  for (const { weight, words } of parts) {
    const bits = WEIGHTS[weight] << WEIGHT_SHIFT;
    for (const { lexemes, places } of words) {
      for (const { text, offset } of lexemes ?? []) {
        const position = Math.min(before + 1 + offset, LAST_POSITION);
        const positions = entries.get(text);
        if (positions === undefined) entries.set(text, [bits | position]);
        else if (positions.length < MOST_POSITIONS && (positions.at(-1)! & LAST_POSITION) < position) {
          positions.push(bits | position);
        }
      }
      before += places;
    }
  }
  return encode(entries);
}

function encode(entries: ReadonlyMap<string, readonly number[]>): Buffer {
  let size = 4;
  for (const [text, positions] of entries) size += text.length * 3 + 3 + positions.length * 2;
  const buffer = Buffer.allocUnsafe(size);
  let at = buffer.writeInt32BE(entries.size, 0);
  for (const [text, positions] of entries) {
    at += buffer.write(text, at, 'utf8');
    at = buffer.writeUInt8(0, at);
    at = buffer.writeUInt16BE(positions.length, at);
    for (const position of positions) at = buffer.writeUInt16BE(position, at);
  }
  return buffer.subarray(0, at);
}
