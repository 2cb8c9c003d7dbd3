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

/** Which document comes next: its lexemes are told from others by it. */
let documents = 0;

/** Places of the document at hand: what each is, and the next one of its lexeme. Kept from one document to the other. */
let placeOf = new Uint16Array(4_096);
let nextOf = new Int32Array(4_096);

/** The places of one lexeme, as indexes into {@link placeOf}. */
interface Entry {
  readonly lexeme: Lexeme;
  readonly first: number;
  last: number;
  count: number;
}

/**
 * The `tsvector` of a text, its parts in a row, as Postgres receives it in binary (`tsvectorrecv`); the lexemes in any order. All words
 * must have been looked up in one go, without waiting: so equal lexemes are one object.
 */
export function searchVector(parts: readonly Part[]): Buffer {
  const entries = gather(parts);
  let size = 4;
  for (const { lexeme, count } of entries) size += lexeme.text.length * 3 + 3 + count * 2;
  const buffer = Buffer.allocUnsafe(size);
  let at = buffer.writeInt32BE(entries.length, 0);
  for (const { lexeme, first, count } of entries) {
    at = writeText(buffer, at, lexeme.text);
    buffer[at++] = 0;
    at = writeUInt16(buffer, at, count);
    for (let place = first, left = count; left > 0; left--, place = nextOf[place]!) {
      at = writeUInt16(buffer, at, placeOf[place]!);
    }
  }
  return buffer.subarray(0, at);
}

function gather(parts: readonly Part[]): Entry[] {
  const document = ++documents;
  const entries: Entry[] = [];
  let before = 0;
  let used = 0;
  for (const { weight, words } of parts) {
    const bits = WEIGHTS[weight] << WEIGHT_SHIFT;
    for (const { lexemes, offsets, places } of words) {
      for (let i = 0; lexemes !== null && i < lexemes.length; i++) {
        const lexeme = lexemes[i]!;
        const position = Math.min(before + 1 + (offsets === null ? 0 : offsets[i]!), LAST_POSITION);
        if (used === placeOf.length) makeRoom();
        if (lexeme.document !== document) {
          lexeme.document = document;
          lexeme.entry = entries.push({ lexeme, first: used, last: used, count: 1 }) - 1;
        } else {
          const entry = entries[lexeme.entry]!;
          if ((placeOf[entry.last]! & LAST_POSITION) >= position || entry.count === MOST_POSITIONS) continue;
          nextOf[entry.last] = used;
          entry.last = used;
          entry.count++;
        }
        placeOf[used++] = bits | position;
      }
      before += places;
    }
  }
  return entries;
}

function makeRoom(): void {
  const [places, nexts] = [placeOf, nextOf];
  placeOf = new Uint16Array(2 * places.length);
  nextOf = new Int32Array(2 * nexts.length);
  placeOf.set(places);
  nextOf.set(nexts);
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
