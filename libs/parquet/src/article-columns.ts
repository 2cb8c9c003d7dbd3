import type { Article } from '@khabar/contracts';
import type { ParquetWriter } from 'hyparquet-writer';

/** An article as the store's API shows it. */
export interface StoredArticle extends Article {
  readonly sources: readonly string[];
  readonly revision: number;
  readonly storedAt: string;
  readonly clusterId: string | null;
  readonly withdrawn: string | null;
}

/** An element of Parquet's schema: a column's type, or the head of those that it is made of. */
type Element = ParquetWriter['schema'][number];

/** One column of the table. */
export interface ArticleColumn {
  /** The field's name in JSON. */
  readonly name: keyof StoredArticle;
  /** The column's elements, depth first. */
  readonly elements: readonly Element[];
  /** The value, as it is written: an instant is a number of milliseconds. */
  readonly valueOf: (article: StoredArticle) => unknown;
  /** Whether values repeat so that a dictionary pays; also whether the least and the greatest value of a row group help a reader. */
  readonly isLong: boolean;
}

const REQUIRED = 'REQUIRED';
const OPTIONAL = 'OPTIONAL';
type Presence = typeof REQUIRED | typeof OPTIONAL;

const string = (name: string, presence: Presence): Element => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: presence,
});

const integer = (name: string, presence: Presence): Element => ({ name, type: 'INT32', repetition_type: presence });

const timestamp = (name: string, presence: Presence): Element => ({
  name,
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  repetition_type: presence,
});

const group = (name: string, ...parts: (readonly Element[])[]): Element[] => [
  { name, repetition_type: REQUIRED, num_children: parts.length },
  ...parts.flat(),
];

/** Lists have three levels (Parquet's LogicalTypes, "Lists"). */
const listOf = (name: string, element: readonly Element[]): Element[] => [
  { name, repetition_type: REQUIRED, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];

const column = (name: keyof StoredArticle, elements: readonly Element[]): ArticleColumn => ({
  name,
  elements,
  valueOf: (article) => article[name],
  isLong: false,
});

const text = (name: keyof StoredArticle, presence: Presence) => column(name, [string(name, presence)]);
const longText = (name: keyof StoredArticle) => ({ ...text(name, OPTIONAL), isLong: true });
const texts = (name: keyof StoredArticle) => column(name, listOf(name, [string('element', REQUIRED)]));

const time = (name: 'fetchedAt' | 'publishedAt' | 'modifiedAt' | 'storedAt', presence: Presence): ArticleColumn => ({
  ...column(name, [timestamp(name, presence)]),
  valueOf: ({ [name]: instant }) => (instant === null ? null : BigInt(Date.parse(instant))),
});

/** Every field that an article has in JSON, under its name and in that order. Ids and hashes are text there and here. */
export const ARTICLE_COLUMNS: readonly ArticleColumn[] = [
  text('id', REQUIRED),
  text('rawId', REQUIRED),
  text('sourceId', REQUIRED),
  time('fetchedAt', REQUIRED),
  text('externalId', OPTIONAL),
  text('url', OPTIONAL),
  text('canonicalUrl', OPTIONAL),
  longText('title'),
  text('kicker', OPTIONAL),
  longText('summary'),
  longText('body'),
  longText('html'),
  texts('headings'),
  text('kind', REQUIRED),
  column('gone', [{ name: 'gone', type: 'BOOLEAN', repetition_type: REQUIRED }]),
  texts('authors'),
  texts('agencies'),
  time('publishedAt', OPTIONAL),
  time('modifiedAt', OPTIONAL),
  text('publishedOffset', OPTIONAL),
  text('publishedPrecision', OPTIONAL),
  text('language', OPTIONAL),
  text('section', OPTIONAL),
  texts('tags'),
  column(
    'images',
    listOf(
      'images',
      group(
        'element',
        [string('url', REQUIRED)],
        [integer('width', OPTIONAL)],
        [integer('height', OPTIONAL)],
        [string('alt', OPTIONAL)],
        [string('caption', OPTIONAL)],
      ),
    ),
  ),
  column('wordCount', [integer('wordCount', REQUIRED)]),
  text('contentHash', REQUIRED),
  text('metadataHash', REQUIRED),
  text('fingerprint', OPTIONAL),
  column(
    'extraction',
    group(
      'extraction',
      [string('how', REQUIRED)],
      [integer('parserVersion', REQUIRED)],
      listOf('warnings', [string('element', REQUIRED)]),
    ),
  ),
  texts('sources'),
  column('revision', [integer('revision', REQUIRED)]),
  time('storedAt', REQUIRED),
  text('clusterId', OPTIONAL),
  text('withdrawn', OPTIONAL),
];
