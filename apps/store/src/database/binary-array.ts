import { KhabarError } from '@khabar/contracts';

/** Types of elements that {@link binaryArray} can send, by Postgres's names. */
export type ElementType = 'uuid' | 'text' | 'integer' | 'bigint' | 'timestamptz' | 'bytea' | 'tsvector';

/** One element: of `uuid` and `bytea` in hex, of `timestamptz` in RFC 3339 UTC, of `tsvector` as Postgres sends it. */
export type Element = string | number | Buffer | null;

const NULL_LENGTH = -1;
/** 2000-01-01T00:00:00Z, from which Postgres counts microseconds. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const UUID_BYTES = 16;

interface ElementCodec {
  /** Object id of the type, which is the same in every Postgres. */
  readonly oid: number;
  readonly write: (writer: ArrayWriter, element: never) => void;
}

const CODECS: Readonly<Record<ElementType, ElementCodec>> = {
  uuid: { oid: 2950, write: (writer, uuid: string) => writer.hex(uuid.replaceAll('-', ''), UUID_BYTES) },
  text: { oid: 25, write: (writer, text: string) => writer.text(text) },
  integer: { oid: 23, write: (writer, number: number) => writer.int32(number) },
  bigint: { oid: 20, write: (writer, number: string | number) => writer.int64(BigInt(number)) },
  timestamptz: { oid: 1184, write: (writer, instant: string) => writer.instant(instant) },
  bytea: { oid: 17, write: (writer, hex: string) => writer.hex(hex, hex.length / 2) },
  tsvector: { oid: 3614, write: (writer, vector: Buffer) => writer.bytes(vector) },
};

/**
 * An array as Postgres receives it in binary (`array_recv`): a text array in writing is escaped here and taken apart there letter by
 * letter, which costs more than storing most of what it holds.
 * @throws KhabarError `unstorable-article` for an element that is not of the type
 */
export function binaryArray(type: ElementType, elements: readonly Element[]): Buffer {
  const { oid, write } = CODECS[type];
  const writer = new ArrayWriter(oid, elements);
  for (const element of elements) {
    if (element === null) writer.nothing();
    else write(writer, element as never);
  }
  return writer.done();
}

class ArrayWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(oid: number, elements: readonly Element[]) {
    this.#buffer = Buffer.allocUnsafe(64 + elements.length * 24);
    const dimensions = elements.length === 0 ? 0 : 1;
    for (const header of [dimensions, elements.includes(null) ? 1 : 0, oid]) this.#put32(header);
    if (dimensions === 1) for (const header of [elements.length, 1]) this.#put32(header);
  }

  nothing(): void {
    this.#reserve(4);
    this.#put32(NULL_LENGTH);
  }

  text(text: string): void {
    this.#reserve(4 + text.length * 3);
    const length = this.#buffer.write(text, this.#at + 4, 'utf8');
    this.#put32(length);
    this.#at += length;
  }

  hex(hex: string, length: number): void {
    this.#reserve(4 + length);
    this.#put32(length);
    const written = this.#buffer.write(hex, this.#at, 'hex');
    if (written !== length || hex.length !== 2 * length) throw unfit('hex digits');
    this.#at += length;
  }

  int32(number: number): void {
    if (number !== (number | 0)) throw unfit('32 bits');
    this.#reserve(8);
    this.#put32(4);
    this.#put32(number);
  }

  int64(number: bigint): void {
    this.#reserve(12);
    this.#put32(8);
    this.#at = this.#buffer.writeBigInt64BE(number, this.#at);
  }

  instant(instant: string): void {
    const ms = Date.parse(instant);
    if (Number.isNaN(ms)) throw unfit('an instant');
    this.int64(BigInt(ms - POSTGRES_EPOCH_MS) * 1000n);
  }

  bytes(bytes: Buffer): void {
    this.#reserve(4 + bytes.length);
    this.#put32(bytes.length);
    this.#at += bytes.copy(this.#buffer, this.#at);
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  #put32(number: number): void {
    this.#at = this.#buffer.writeInt32BE(number, this.#at);
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

function unfit(what: string): KhabarError {
  return new KhabarError('unstorable-article', `A value is not of its column's type: not ${what}`);
}
