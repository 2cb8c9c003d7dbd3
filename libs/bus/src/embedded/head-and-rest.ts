import type { PlacedRecord } from './append-statement.ts';

/**
 * Bytes for key, headers and head in a row that fills a page of 8 KiB: 8,160, of which the head of the row takes 32, its columns of
 * fixed length 24, lengths and alignment of the others 21 and the pointer to the rest 21 at most (heaptuple.c).
 */
const ROOM_IN_PAGE = 8_062;

/** The parts in which a row holds a text. */
export interface HeadAndRest {
  readonly head: Buffer | null;
  /** Null where the head is all. */
  readonly rest: Buffer | null;
}

/**
 * Divides a text into what fits in a page beside key and headers, and what Postgres puts into its TOAST table, between characters.
 * A text that is only a little larger than a page would else lie there altogether, in pieces of 2 kB with an index entry each.
 */
export function headAndRest({ key, headers, value }: Pick<PlacedRecord, 'key' | 'headers' | 'value'>): HeadAndRest {
  const room = Math.max(0, ROOM_IN_PAGE - Buffer.byteLength(key ?? '') - Buffer.byteLength(headers));
  if (value === null || value.length <= room) return { head: value, rest: null };
  let end = room;
  while ((value[end]! & 0xc0) === 0x80) end -= 1; // a byte that goes on with a character
  return { head: value.subarray(0, end), rest: value.subarray(end) };
}
