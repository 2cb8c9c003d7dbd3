import { ARTICLE_KINDS, articleExample, compileValidator } from '@khabar/contracts';
import { problem, readBody } from '@khabar/runtime';
import { type Static, Type } from 'typebox';
import { type ArticleQuery, MAX_QUERY_LENGTH, readArticleQuery } from '../articles/article-query.ts';

/** What articles are exported as. */
export const EXPORT_FORMATS = ['ndjson', 'parquet'] as const;

const text = (description: string) => Type.Optional(Type.String({ description }));

/** The body of `POST /api/v1/exports`: a format, and the parameters of the list of articles. */
export const ExportRequestSchema = Type.Object(
  {
    format: Type.Enum(EXPORT_FORMATS),
    q: Type.Optional(Type.String({ maxLength: MAX_QUERY_LENGTH, description: 'As in the list of articles' })),
    language: text('BCP 47; pt finds pt-BR too'),
    source: text("Told by this source: a source's id"),
    rawId: text("Made of this raw article: a raw article's id"),
    author: text('By this person, as the article names them'),
    tag: text('With this tag, as the article has it'),
    cluster: text("With the same news: a cluster's id"),
    kind: Type.Optional(Type.Enum(ARTICLE_KINDS)),
    from: text('From this instant or day (UTC) on'),
    to: text('Before this instant, or to the end of this day (UTC)'),
    cursor: text(
      'Only what follows this place: a cursor of an export that broke off, or nextCursor of a list of the newest',
    ),
    cursors: Type.Optional(
      Type.Boolean({
        description:
          'With ndjson: every few megabytes, and at the end, a line {"cursor": "…"} tells the place of the article before it',
      }),
    ),
  },
  { title: 'ExportRequest', additionalProperties: false },
);

const validator = compileValidator('export request', ExportRequestSchema);

/** A body for the API's documentation. */
export const exportRequestExample: Static<typeof ExportRequestSchema> = {
  format: 'ndjson',
  language: articleExample.language!,
  from: '2026-03-01',
};

/** What is to be exported, and how. */
export interface ExportRequest {
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly cursors: boolean;
  readonly query: ArticleQuery;
}

/** @throws HttpException 400 naming what is wrong. */
export function readExportRequest(body: unknown): ExportRequest {
  const { format, cursors = false, ...parameters } = readBody(validator, body);
  if (cursors && format !== 'ndjson') {
    throw problem(400, 'invalid-body', 'Not a valid export request: cursors go with the format ndjson only');
  }
  return { format, cursors, query: readArticleQuery(parameters) };
}
