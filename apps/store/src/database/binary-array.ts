import { KhabarError } from '@khabar/contracts';

/** Types of elements that {@link binaryArray} can send, by Postgres's names. */
export type ElementType = 'uuid' | 'text' | 'integer' | 'bigint' | 'timestamptz' | 'bytea' | 'tsvector';

/** One element: of `uuid` and `bytea` in hex, of `timestamptz` in RFC 3339 UTC, of `tsvector` as Postgres sends it. */
export type Element = string | number | Buffer | null;

const NULL_LENGTH = -1;
const LENGTH_BYTES = 4;
const UUID_BYTES = 16;
/** 2000-01-01T00:00:00Z, from which Postgres counts microseconds. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const HYPHEN = 0x2d;
/** The value of each digit by its code; what is none is negative. */
const HEX_DIGITS = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(lowerCase(code)));

interface ElementCodec {
  /** Object id of the type, which is the same in every Postgres. */
  readonly oid: number;
  /** How many bytes the element takes. */
  readonly size: (element: never) => number;
  /** Writes so many bytes at a place. */
  readonly write: (buffer: Buffer, at: number, element: never, size: number) => void;
}

const CODECS: Readonly<Record<ElementType, ElementCodec>> = {
  uuid: { oid: 2950, size: () => UUID_BYTES, write: writeHex },
  text: { oid: 25, size: (text: string) => Buffer.byteLength(text), write: writeText },
  integer: { oid: 23, size: () => 4, write: writeInteger },
  bigint: { oid: 20, size: () => 8, write: writeBigint },
  timestamptz: { oid: 1184, size: () => 8, write: writeInstant },
  bytea: { oid: 17, size: (hex: string) => hex.length >> 1, write: writeHex },
  tsvector: { oid: 3614, size: (vector: Buffer) => vector.length, write: writeBytes },
};

/**
 * An array as Postgres receives it in binary (`array_recv`): a text array in writing is escaped here and taken apart there letter by
 * letter, which costs more than storing most of what it holds.
 * @throws KhabarError `unstorable-article` for an element that is not of the type
 */
export function binaryArray(type: ElementType, elements: readonly Element[]): Buffer {
  const { oid, size, write } = CODECS[type];
  const header = [elements.length === 0 ? 0 : 1, elements.includes(null) ? 1 : 0, oid];
  if (elements.length > 0) header.push(elements.length, 1);

  // Sized before it is written: a buffer that grows is copied again and again, and most of the collector's work.
  let total = (header.length + elements.length) * LENGTH_BYTES;
  const sizes = elements.map((element) => (element === null ? NULL_LENGTH : size(element as never)));
  for (const bytes of sizes) total += Math.max(0, bytes);

  const buffer = Buffer.allocUnsafe(total);
  let at = 0;
  for (const field of header) at = buffer.writeInt32BE(field, at);
  for (let index = 0; index < elements.length; index++) {
    const bytes = sizes[index]!;
    at = buffer.writeInt32BE(bytes, at);
    if (bytes < 0) continue;
    write(buffer, at, elements[index] as never, bytes);
    at += bytes;
  }
  return buffer;
}

function writeText(buffer: Buffer, at: number, text: string, size: number): void {
  buffer.write(text, at, size, 'utf8');
}

/** Pairs of digits, with hyphens between pairs where a UUID has them. */
function writeHex(buffer: Buffer, at: number, hex: string, size: number): void {
  let digits = 0;
  for (let place = 0; place < hex.length; place++) {
    const code = hex.charCodeAt(place);
    if (code === HYPHEN && size === UUID_BYTES) continue;
    const digit = HEX_DIGITS[code] ?? -1;
    if (digit < 0 || digits === 2 * size) throw unfit('hex digits');
    const byte = at + (digits >> 1);
    buffer[byte] = digits % 2 === 0 ? digit << 4 : buffer[byte]! | digit;
    digits++;
  }
  if (digits !== 2 * size) throw unfit('hex digits');
}

function writeInteger(buffer: Buffer, at: number, number: number): void {
  if (number !== (number | 0)) throw unfit('32 bits');
  buffer.writeInt32BE(number, at);
}

function writeBigint(buffer: Buffer, at: number, number: string | number): void {
  buffer.writeBigInt64BE(BigInt(number), at);
}

function writeInstant(buffer: Buffer, at: number, instant: string): void {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw unfit('an instant');
  buffer.writeBigInt64BE(BigInt(ms - POSTGRES_EPOCH_MS) * 1000n, at);
}

function writeBytes(buffer: Buffer, at: number, bytes: Buffer): void {
  bytes.copy(buffer, at);
}

function lowerCase(code: number): string {
  return String.fromCharCode(code).toLowerCase();
}

function unfit(what: string): KhabarError {
  return new KhabarError('unstorable-article', `A value is not of its column's type: not ${what}`);
}
