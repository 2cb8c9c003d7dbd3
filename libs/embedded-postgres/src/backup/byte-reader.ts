import type { Hash } from 'node:crypto';

/** Takes a stream of bytes apart by length. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #misfit: () => Error;
  #left: Buffer = Buffer.alloc(0);

  /** `misfit` makes the error for a stream that ends too early or goes on too long. */
  constructor(chunks: AsyncIterable<Buffer>, misfit: () => Error) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#misfit = misfit;
  }

  /** The next `length` bytes piece by piece, to be read to their end, and given to `hash` as well. */
  async *next(length: number, hash?: Hash): AsyncGenerator<Buffer, void, undefined> {
    for (let missing = length; missing > 0;) {
      if (this.#left.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done) throw this.#misfit();
        this.#left = value;
      }
      const piece = this.#left.subarray(0, missing);
      this.#left = this.#left.subarray(piece.length);
      missing -= piece.length;
      hash?.update(piece);
      yield piece;
    }
  }

  /** The next `length` bytes in one. */
  async exactly(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.next(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Throws unless nothing is left. */
  async end(): Promise<void> {
    if (this.#left.length > 0 || !(await this.#chunks.next()).done) throw this.#misfit();
  }
}
