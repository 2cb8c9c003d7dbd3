import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { type ArticleQuery, cursorOfPlace } from '../articles/article-query.ts';
import { type ArticleView, type ArticleViewRow, viewOf } from '../articles/article-view.ts';
import { listStatement, type Statement } from '../articles/list-statement.ts';
import { allPlacesStatement, askedSearch } from '../articles/find-articles.ts';
import { FIND_BY_INDEX, SELECT_ARTICLES } from '../articles/statements.ts';
import { readingError } from '../database/database-error.ts';
import { readRows } from '../database/read-rows.ts';

/** Articles that follow each other in an export. */
export interface ExportPiece {
  readonly articles: readonly ArticleView[];
  /** The place of the last. */
  readonly cursor: string;
}

/** Places that are looked up at once. */
const PLACES = 500;
/** Text that is read at once, in bytes, unless one article alone has more. */
const PIECE_BYTES = 512 * 1024;

/** Bytes of each article's text, of which Postgres knows the size without unpacking it. $1 article ids. */
const SELECT_SIZES = `
  SELECT id, coalesce(octet_length(body), 0) + coalesce(octet_length(html), 0) AS bytes
  FROM store.articles WHERE id = ANY($1)`;

interface PlaceRow {
  readonly id: string;
  readonly sort_at: Date;
}

/**
 * What a list has at one instant, the newest first: all of it is read in one transaction that sees nothing of what is written meanwhile,
 * so no article is skipped or met twice because it got another date. The cursor is over places only, which sort in little memory, and
 * texts are read by id, a few megabytes at a time.
 */
export class ExportSnapshot implements AsyncDisposable {
  /** How many articles it has. */
  readonly count: number;
  readonly #connection: QueryRunner;

  private constructor(connection: QueryRunner, count: number) {
    this.#connection = connection;
    this.count = count;
  }

  /** `limit` and `fields` of the query are left aside. @throws KhabarError `database-unavailable` */
  static async open(dataSource: DataSource, query: ArticleQuery): Promise<ExportSnapshot> {
    const connection = dataSource.createQueryRunner();
    try {
      await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { text, parameters } = await placesOf(connection.manager, query);
      const counted: { count: string }[] = await connection.query(`SELECT count(*) FROM (${text}) AS places`, [
        ...parameters,
      ]);
      await connection.query(`DECLARE places NO SCROLL CURSOR FOR ${text} ORDER BY sort_at DESC, id DESC`, [
        ...parameters,
      ]);
      return new ExportSnapshot(connection, Number(counted[0]!.count));
    } catch (error) {
      await close(connection);
      throw readingError(error);
    }
  }

  /** To be read once. @throws KhabarError `database-unavailable`, also where nobody read on for a minute */
  async *pieces(): AsyncGenerator<ExportPiece> {
    for (;;) {
      const places = await readRows<PlaceRow>(this.#connection, `FETCH ${PLACES} FROM places`);
      if (places.length === 0) return;
      const sizes = await readRows<{ id: string; bytes: number }>(this.#connection, SELECT_SIZES, [
        places.map(({ id }) => id),
      ]);
      const bytesOf = new Map(sizes.map(({ id, bytes }) => [id, bytes]));
      for (const piece of cut(places, ({ id }) => bytesOf.get(id) ?? 0)) {
        const rows = await readRows<ArticleViewRow>(this.#connection, `${SELECT_ARTICLES} WHERE id = ANY($1)`, [
          piece.map(({ id }) => id),
        ]);
        const rowOf = new Map(rows.map((row) => [row.id, row]));
        const { sort_at, id } = piece.at(-1)!;
        yield {
          articles: piece.map((place) => viewOf(rowOf.get(place.id)!)),
          cursor: cursorOfPlace({ sortAt: sort_at.toISOString(), id }),
        };
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.#connection);
  }
}

/** The places of a list, in no order. */
async function placesOf(manager: EntityManager, query: ArticleQuery): Promise<Statement> {
  if (query.q === null) {
    const { text, parameters } = listStatement({ ...query, limit: Number.MAX_SAFE_INTEGER - 1 });
    return { text: `SELECT id, sort_at FROM (${text}) AS listed`, parameters };
  }
  await manager.query(FIND_BY_INDEX);
  const search = await askedSearch(manager, query.q, query.language);
  if (search === null) return { text: 'SELECT id, sort_at FROM store.articles WHERE false', parameters: [] };
  const { text, parameters } = allPlacesStatement(query, search);
  // by the article's own place, and without what was withdrawn a moment ago
  return {
    text: `SELECT a.id, a.sort_at FROM (${text}) AS found JOIN store.articles a USING (id) WHERE a.withdrawn IS NULL`,
    parameters,
  };
}

/** Stretches of the list of {@link PIECE_BYTES} each at most, but of one element at least. */
function* cut<T>(list: readonly T[], bytesOf: (element: T) => number): Generator<T[]> {
  let [piece, bytes]: [T[], number] = [[], 0];
  for (const element of list) {
    const more = bytesOf(element);
    if (piece.length > 0 && bytes + more > PIECE_BYTES) {
      yield piece;
      [piece, bytes] = [[], 0];
    }
    piece.push(element);
    bytes += more;
  }
  yield piece;
}

/** A connection that is lost has no transaction left to end. */
async function close(connection: QueryRunner): Promise<void> {
  await connection.query('ROLLBACK').catch(() => undefined);
  await connection.release();
}
