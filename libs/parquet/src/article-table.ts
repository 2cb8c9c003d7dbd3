import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { ARTICLE_COLUMNS, type StoredArticle } from './article-columns.ts';

/** Text of the articles in one row group, in bytes of UTF-8: some 1,000 articles. What is not flushed yet is held in memory several times over. */
const ROW_GROUP_BYTES = 4 * 1024 * 1024;
/** All of an article but body and html, about. */
const BESIDE_BYTES = 1_000;

/** What a file's end tells of one row group: data without methods, for whoever keeps it to go on later. */
export type RowGroup = ParquetWriter['row_groups'][number];

/** The part of a file that is written. */
export interface WrittenPart {
  readonly bytes: number;
  readonly rowGroups: readonly RowGroup[];
}

/**
 * Makes a Parquet file of articles, one row group after the other: what {@link flush} and {@link finish} return makes the file, in that
 * order. Of what was returned only {@link WrittenPart} is kept, some 10 kB a row group; given to a new table it goes on with the same file.
 */
export class ArticleTable {
  readonly #bytes = new ByteWriter();
  readonly #file: ParquetWriter;
  #articles: StoredArticle[] = [];
  #textBytes = 0;

  constructor(written?: WrittenPart) {
    this.#file = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'article', num_children: ARTICLE_COLUMNS.length },
        ...ARTICLE_COLUMNS.flatMap(({ elements }) => elements),
      ],
      codec: 'ZSTD',
      compressors: { ZSTD: (page) => zstdCompressSync(page) },
      createdBy: 'khabar',
    });
    if (written === undefined || written.rowGroups.length === 0) return;
    // its beginning is written already
    this.#bytes.index = 0;
    this.#bytes.offset = written.bytes;
    this.#file.row_groups = [...written.rowGroups];
    this.#file.num_rows = written.rowGroups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  }

  /** Whether it is time to {@link flush}. */
  get isFull(): boolean {
    return this.#textBytes >= ROW_GROUP_BYTES;
  }

  /** What is written, but for the file's end. */
  get written(): WrittenPart {
    return { bytes: this.#bytes.offset - this.#bytes.index, rowGroups: this.#file.row_groups };
  }

  add(article: StoredArticle): void {
    this.#articles.push(article);
    this.#textBytes += BESIDE_BYTES + Buffer.byteLength(article.body ?? '') + Buffer.byteLength(article.html ?? '');
  }

  /** Bytes of one row group of what was added since the last; none where nothing was. */
  flush(): Uint8Array {
    if (this.#articles.length > 0) {
      void this.#file.write({
        columnData: ARTICLE_COLUMNS.map(({ name, valueOf, isLong }) => ({
          name,
          data: this.#articles.map(valueOf),
          offsetIndex: false,
          statistics: !isLong,
          ...(isLong && { encoding: 'PLAIN' as const }),
        })),
        rowGroupSize: this.#articles.length,
      });
      // they hold the pages' places for indexes at the end of the file, which it does without
      this.#file.pendingIndexes = [];
      this.#articles = [];
      this.#textBytes = 0;
    }
    return this.#taken();
  }

  /** The last bytes; without articles, those of an empty table. */
  finish(): Uint8Array {
    const last = this.flush();
    void this.#file.finish();
    return Buffer.concat([last, this.#taken()]);
  }

  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}
