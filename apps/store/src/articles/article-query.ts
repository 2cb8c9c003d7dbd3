import { ARTICLE_KINDS } from '@khabar/contracts';
import { problem } from '@khabar/runtime';
import { ArticleViewSchema, RevisionViewSchema } from './article-view.ts';
import type { Fields } from './pick-fields.ts';

/** What is asked of the list of articles. */
export interface ArticleQuery {
  readonly q: string | null;
  /** BCP 47, in lower case. */
  readonly language: string | null;
  readonly source: string | null;
  readonly rawId: string | null;
  /** As the article names them, letter for letter. */
  readonly author: string | null;
  readonly tag: string | null;
  readonly cluster: string | null;
  readonly kind: (typeof ARTICLE_KINDS)[number] | null;
  /** Instants, RFC 3339 UTC: from the first on, and before the second. */
  readonly from: string | null;
  readonly to: string | null;
  readonly sort: (typeof SORTS)[number];
  /** The last article of the page before: of a list of the newest, and of one by relevance. */
  readonly after: ArticlePlace | null;
  readonly ranked: RankedPlace | null;
  readonly limit: number;
  readonly fields: Fields;
}

/** An article's place in the list. */
export interface ArticlePlace {
  readonly sortAt: string;
  readonly id: string;
}

/** An article's place in a list by relevance. */
export interface RankedPlace extends ArticlePlace {
  /** A `real` in writing, as exact as Postgres has it. */
  readonly rank: string;
  /** The newest article that was there to be ranked on the first page: what came later is not of this list. */
  readonly first: ArticlePlace;
}

/** Orders of the list of articles. */
export const SORTS = ['newest', 'relevance'] as const;

/** What is asked of the list of an article's revisions. */
export interface RevisionQuery {
  /** The last revision of the page before. */
  readonly before: number | null;
  readonly limit: number;
  readonly fields: Fields;
}

/** Articles or revisions on one page. */
export const PAGE_LIMITS = { default: 20, max: 100 } as const;

/** Longest text that is searched for, in characters. */
export const MAX_QUERY_LENGTH = 500;

/** Longest name of an author or a tag, in characters. */
export const MAX_NAME_LENGTH = 200;

const ARTICLE_FIELDS = Object.keys(ArticleViewSchema.properties);
const REVISION_FIELDS = Object.keys(RevisionViewSchema.properties);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
/** What Postgres writes for a rank, which is from 0 to 1. */
const REAL = /^\d(?:\.\d{1,12})?(?:e-\d{1,2})?$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/i;
const FULL_DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_INSTANT_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Query parameters as they came; an empty one counts as not given. */
export type QueryParameters = Readonly<Record<string, unknown>>;

/** @throws HttpException 400 naming every parameter that is wrong. */
export function readArticleQuery(parameters: QueryParameters): ArticleQuery {
  const read = new ParameterReader(parameters);
  const q = read.text('q', MAX_QUERY_LENGTH);
  const sort = read.one('sort', SORTS.join(' or '), (text) => SORTS.find((name) => name === text)) ?? 'newest';
  if (sort === 'relevance' && q === null) read.fault('sort', 'must be newest without q');
  const isRanked = sort === 'relevance';
  const cursor = 'nextCursor of another page of the same list';
  return read.all({
    q,
    language: read.one('language', 'a language tag such as hi or pt-BR', (text) =>
      /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i.test(text) ? text.toLowerCase() : undefined,
    ),
    source: read.one('source', "a source's id (a UUID)", readUuid),
    rawId: read.one('rawId', "a raw article's id (a UUID)", readUuid),
    author: read.text('author', MAX_NAME_LENGTH),
    tag: read.text('tag', MAX_NAME_LENGTH),
    cluster: read.one('cluster', "a cluster's id (a UUID)", readUuid),
    kind: read.one('kind', `one of ${ARTICLE_KINDS.join(', ')}`, (text) => ARTICLE_KINDS.find((name) => name === text)),
    from: read.one('from', 'a day or an instant of RFC 3339', (text) => readInstant(text, 0)),
    to: read.one('to', 'a day or an instant of RFC 3339', (text) => readInstant(text, DAY_MS)),
    sort,
    after: isRanked ? null : read.one('cursor', cursor, placeOfCursor),
    ranked: isRanked ? read.one('cursor', cursor, rankedPlaceOfCursor) : null,
    limit: read.limit(),
    fields: read.fields(ARTICLE_FIELDS),
  });
}

/** What is asked of a list that has its place alone: the same page as of all articles. @throws HttpException 400 naming every parameter that is wrong. */
export function readPageQuery(parameters: QueryParameters): Pick<ArticleQuery, 'after' | 'limit' | 'fields'> {
  const read = new ParameterReader(parameters);
  return read.all({
    after: read.one('cursor', 'nextCursor of another page', placeOfCursor),
    limit: read.limit(),
    fields: read.fields(ARTICLE_FIELDS),
  });
}

/** @throws HttpException 400 naming every parameter that is wrong. */
export function readRevisionQuery(parameters: QueryParameters): RevisionQuery {
  const read = new ParameterReader(parameters);
  return read.all({
    before: read.one('cursor', 'nextCursor of another page', numberOfCursor),
    limit: read.limit(),
    fields: read.fields(REVISION_FIELDS),
  });
}

/** @throws HttpException 400 naming every parameter that is wrong. */
export function readFields(parameters: QueryParameters): Fields {
  const read = new ParameterReader(parameters);
  return read.all({ fields: read.fields(ARTICLE_FIELDS) }).fields;
}

/** Which revision another one is compared with; null for the one before it. @throws HttpException 400 naming every parameter that is wrong. */
export function readAgainst(parameters: QueryParameters): number | null {
  const read = new ParameterReader(parameters);
  return read.all({ against: read.one('against', "a revision's number", readNumber) }).against;
}

/** A revision's number in a path. @throws HttpException 404, for none has a number that is none. */
export function readRevisionNumber(text: string): number {
  const number = readNumber(text);
  if (number === undefined) throw revisionNotFound();
  return number;
}

/** 404 for a revision that its article does not have. */
export function revisionNotFound() {
  return problem(
    404,
    'revision-not-found',
    'The article has no revision of this number; its revisions say which there are',
  );
}

/** Raw articles that one question may name. */
export const MAX_RAW_IDS = 100;

/** Ids of raw articles, each once. @throws HttpException 400 naming every parameter that is wrong. */
export function readRawIds(parameters: QueryParameters): readonly string[] {
  const read = new ParameterReader(parameters);
  const expectation = `1 to ${MAX_RAW_IDS} raw article ids (UUIDs) with commas between`;
  const ids = read.one('id', expectation, (text) => {
    const found = text.split(',').map((id) => readUuid(id.trim()));
    return found.length > MAX_RAW_IDS || found.some((id) => id === undefined) ? undefined : (found as string[]);
  });
  return [...new Set(read.all({ ids: ids ?? read.missing('id', expectation) }).ids)];
}

/** An id in a path. @throws HttpException 404, for nothing has an id that is none. */
export function readArticleId(text: string): string {
  const id = readUuid(text);
  if (id === undefined) throw articleNotFound();
  return id;
}

/** 404 for an article that is not here. */
export function articleNotFound() {
  return problem(404, 'article-not-found', 'No article has this id');
}

/** An opaque cursor: what follows this place. */
export function cursorOfPlace({ sortAt, id }: ArticlePlace): string {
  return encode(`${sortAt} ${id}`);
}

/** An opaque cursor: what follows this place in a list by relevance. */
export function cursorOfRankedPlace({ rank, sortAt, id, first }: RankedPlace): string {
  return encode([rank, sortAt, id, first.sortAt, first.id].join(' '));
}

/** An opaque cursor: what came before this revision. */
export function cursorOfNumber(number: number): string {
  return encode(String(number));
}

function placeOfCursor(cursor: string): ArticlePlace | undefined {
  return placeOf(decode(cursor).split(' '));
}

function rankedPlaceOfCursor(cursor: string): RankedPlace | undefined {
  const [rank = '', ...parts] = decode(cursor).split(' ');
  const place = placeOf(parts.slice(0, 2));
  const first = placeOf(parts.slice(2));
  return REAL.test(rank) && place && first ? { rank, ...place, first } : undefined;
}

function placeOf([sortAt = '', id = '', ...more]: readonly string[]): ArticlePlace | undefined {
  return INSTANT.test(sortAt) && storableInstant(Date.parse(sortAt)) && UUID.test(id) && more.length === 0
    ? { sortAt, id }
    : undefined;
}

function numberOfCursor(cursor: string): number | undefined {
  return readNumber(decode(cursor));
}

function readNumber(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decode(cursor: string): string {
  return /^[\w-]{1,300}$/.test(cursor) ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
}

function readUuid(text: string): string | undefined {
  const id = text.toLowerCase();
  return UUID.test(id) ? id : undefined;
}

/** A day is the whole of it: where it is the end, the end of the day in UTC. */
function readInstant(text: string, dayEndMs: number): string | undefined {
  if (DATE_TIME.test(text)) return storableInstant(Date.parse(text));
  if (!FULL_DATE.test(text)) return undefined;
  const ms = Date.parse(text);
  return storableInstant(ms) && storableInstant(Math.min(ms + dayEndMs, LAST_INSTANT_MS));
}

/** RFC 3339; undefined for no instant, and for years that four digits, or Postgres, cannot write. */
function storableInstant(ms: number): string | undefined {
  return ms >= FIRST_INSTANT_MS && ms <= LAST_INSTANT_MS ? new Date(ms).toISOString() : undefined;
}

/** Reads the parameters of a request one by one, and names all that are wrong at once. */
export class ParameterReader {
  readonly #parameters: QueryParameters;
  readonly #asked = new Set<string>();
  readonly #faults: { field: string; message: string }[] = [];

  constructor(parameters: QueryParameters) {
    this.#parameters = parameters;
  }

  one<T>(name: string, expectation: string, parse: (text: string) => T | undefined): T | null {
    this.#asked.add(name);
    const text = this.#parameters[name];
    if (text === undefined || text === '') return null;
    if (typeof text !== 'string') {
      this.#faults.push({ field: name, message: 'must be given once' });
      return null;
    }
    const value = parse(text.trim());
    if (value === undefined) this.#faults.push({ field: name, message: `must be ${expectation}` });
    return value ?? null;
  }

  /** Text as it is. */
  text(name: string, maxLength: number): string | null {
    return this.one(name, `text of at most ${maxLength} characters`, (text) =>
      text.length > maxLength || text.includes('\0') ? undefined : text,
    );
  }

  /** Something that one parameter alone does not show. */
  fault(field: string, message: string): void {
    this.#faults.push({ field, message });
  }

  /** A parameter that has to be given, and was not. */
  missing(name: string, expectation: string): never[] {
    if (this.#faults.length === 0) this.#faults.push({ field: name, message: `must be ${expectation}` });
    return [];
  }

  limit(): number {
    const { max, default: usual } = PAGE_LIMITS;
    const read = (text: string) => {
      const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
      return limit >= 1 && limit <= max ? limit : undefined;
    };
    return this.one('limit', `a whole number from 1 to ${max}`, read) ?? usual;
  }

  /** An instant, or a day: as the end of a period it is the whole of it. */
  instant(name: 'from' | 'to'): string | null {
    return this.one(name, 'a day or an instant of RFC 3339', (text) => readInstant(text, name === 'to' ? DAY_MS : 0));
  }

  /** Says what is wrong with a parameter that by itself is right. */
  wrong(field: string, message: string): void {
    if (!this.#faults.some((fault) => fault.field === field)) this.#faults.push({ field, message });
  }

  uuid(name: string, expectation: string): string | null {
    return this.one(name, expectation, readUuid);
  }

  fields(known: readonly string[]): Fields {
    return this.one('fields', `names of fields with commas between, of ${known.join(', ')}`, (text) => {
      const names = text.split(',').map((name) => name.trim());
      return names.every((name) => known.includes(name)) ? names : undefined;
    });
  }

  all<T>(values: T): T {
    for (const name of Object.keys(this.#parameters)) {
      if (!this.#asked.has(name)) this.#faults.push({ field: name, message: 'is no parameter here' });
    }
    if (this.#faults.length > 0) throw problem(400, 'invalid-query', 'Some parameters are wrong', this.#faults);
    return values;
  }
}
