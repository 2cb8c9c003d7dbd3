import { grown } from './vocabulary.ts';

/** Lexemes by their numbers, one for each text, as they are written into vectors: in UTF-8, with a zero behind. */
export class Lexemes {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  /** Where each begins in {@link bytes}; it ends where the next one begins. */
  starts = new Int32Array(512);
  bytes = new Uint8Array(8_192);
  /** Belongs to `searchVector`: for each lexeme the document that met it last, and its place among that document's lexemes. */
  met = new Int32Array(2 * 512);

  /** The number of a lexeme, which is new when its text is. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    const encoded = Buffer.from(`${text}\0`);
    const first = this.starts[number]!;
    if (number + 2 > this.starts.length) this.starts = grown(this.starts, Int32Array);
    if (2 * number + 2 > this.met.length) this.met = grown(this.met, Int32Array);
    while (first + encoded.length > this.bytes.length) this.bytes = grown(this.bytes, Uint8Array);
    this.bytes.set(encoded, first);
    this.starts[number + 1] = first + encoded.length;
    return number;
  }

  textOf(number: number): string {
    return this.#texts[number]!;
  }
}
