import { deserialize, serialize } from 'node:v8';
import type { ArticleTable, RowGroup, StoredArticle } from '@khabar/parquet';
import type { Checkpoint } from './export-file.ts';

/** What an export is written as. */
export const FORMATS = ['ndjson', 'parquet'] as const;

/** See {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** Makes a file's bytes of articles, a few megabytes at a time. */
export interface ArticleWriter {
  /** Whether there is enough for a checkpoint. */
  readonly isFull: boolean;
  /** Takes an article in JSON, on one line. */
  add(line: string): void;
  /** The bytes of what was added, and what the checkpoint behind them has to say. */
  flush(): { readonly bytes: Uint8Array; readonly note?: string };
  /** The bytes of what was added, and of the file's end. */
  finish(): Uint8Array;
}

/** A writer that goes on behind these checkpoints. */
export async function writerOf(format: Format, checkpoints: readonly Checkpoint[]): Promise<ArticleWriter> {
  if (format === 'ndjson') return new LineWriter();
  // only who wants Parquet waits until it is loaded
  const { ArticleTable: Table } = await import('@khabar/parquet');
  const rowGroups = checkpoints.map(({ note }) => deserialize(Buffer.from(note!, 'base64')) as RowGroup);
  return new TableWriter(new Table({ bytes: checkpoints.at(-1)?.bytes ?? 0, rowGroups }));
}

/** Text between two checkpoints, in characters. */
const PIECE_LENGTH = 8 * 1024 * 1024;

class LineWriter implements ArticleWriter {
  #lines: string[] = [];
  #length = 0;

  get isFull(): boolean {
    return this.#length >= PIECE_LENGTH;
  }

  add(line: string): void {
    this.#lines.push(line, '\n');
    this.#length += line.length;
  }

  flush(): { bytes: Uint8Array } {
    return { bytes: this.finish() };
  }

  finish(): Uint8Array {
    const bytes = Buffer.from(this.#lines.join(''));
    [this.#lines, this.#length] = [[], 0];
    return bytes;
  }
}

class TableWriter implements ArticleWriter {
  readonly #table: ArticleTable;

  constructor(table: ArticleTable) {
    this.#table = table;
  }

  get isFull(): boolean {
    return this.#table.isFull;
  }

  add(line: string): void {
    this.#table.add(JSON.parse(line) as StoredArticle);
  }

  flush(): { bytes: Uint8Array; note: string } {
    const bytes = this.#table.flush();
    return { bytes, note: serialize(this.#table.written.rowGroups.at(-1)).toString('base64') };
  }

  finish(): Uint8Array {
    return this.#table.finish();
  }
}
