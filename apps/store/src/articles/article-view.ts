import { type Article, ArticleSchema, articleExample, instant, orNull, uuid } from '@khabar/contracts';
import { type Static, Type } from 'typebox';
import type { Withdrawal } from './article-history.ts';
import type { ArticleText } from './article-text.ts';
import type { Form } from './form.ts';
import { formFromRow, type FormRow, textFromRow, type TextRow } from './rows.ts';

/** An article as the API shows it: the fields of `news.articles.v1`, and what the store knows beside. */
export const ArticleViewSchema = Type.Object(
  {
    ...ArticleSchema.properties,
    sources: Type.Array(uuid(), { description: 'Every source that told it' }),
    revision: Type.Integer({ minimum: 1, description: 'Number of its newest change' }),
    storedAt: instant('When that change was stored'),
    clusterId: orNull(uuid('Articles with the same news have the same cluster')),
    withdrawn: orNull(
      Type.Enum(['gone', 'superseded'], {
        description:
          'Why it is no longer listed: its page is gone (title, body and what else is text are null then, and stay in its revisions), or its page is known as another article',
      }),
    ),
    excerpt: Type.Optional(
      Type.String({
        description:
          'Of what a search found: the part of the text that shows best why, as HTML, escaped, the words in <mark>',
      }),
    ),
  },
  { title: 'StoredArticle' },
);

/** See {@link ArticleViewSchema}. */
export type ArticleView = Static<typeof ArticleViewSchema>;

/** One page of articles. */
export const ArticlePageSchema = Type.Object(
  {
    items: Type.Array(ArticleViewSchema),
    nextCursor: orNull(Type.String({ description: 'For the next page; null on the last' })),
  },
  { title: 'ArticlePage' },
);

/** See {@link ArticlePageSchema}. */
export type ArticlePage = Static<typeof ArticlePageSchema>;

/** A text that an article had, by whom it was told and when: the fields of `news.articles.v1` are of the newest fetch that showed it. */
export const RevisionViewSchema = Type.Object(
  {
    ...ArticleSchema.properties,
    revision: Type.Integer({ minimum: 1, description: 'Order of arrival; withdrawals and returns take numbers too' }),
    present: Type.Boolean({ description: 'The one that the article shows' }),
    sources: Type.Array(uuid(), { description: 'Every source that told the article so' }),
    firstFetchedAt: instant('The earliest fetch that showed it'),
    storedAt: instant('When it was first stored'),
  },
  { title: 'Revision' },
);

/** See {@link RevisionViewSchema}. */
export type RevisionView = Static<typeof RevisionViewSchema>;

/** One page of revisions. */
export const RevisionPageSchema = Type.Object(
  {
    items: Type.Array(RevisionViewSchema),
    nextCursor: orNull(Type.String({ description: 'For the next page; null on the last' })),
  },
  { title: 'RevisionPage' },
);

/** See {@link RevisionPageSchema}. */
export type RevisionPage = Static<typeof RevisionPageSchema>;

/** An article for the API's documentation. */
export const articleViewExample: ArticleView = {
  ...articleExample,
  sources: [articleExample.sourceId],
  revision: 1,
  storedAt: '2026-03-14T09:30:01.250Z',
  clusterId: null,
  withdrawn: null,
};

/** A revision for the API's documentation. */
export const revisionViewExample: RevisionView = {
  ...articleExample,
  revision: 1,
  present: true,
  sources: [articleExample.sourceId],
  firstFetchedAt: articleExample.fetchedAt,
  storedAt: articleViewExample.storedAt,
};

/** A row of `articles`, but for the search vector; hashes in hex. */
export interface ArticleViewRow extends FormRow, TextRow {
  readonly id: string;
  readonly revision: number;
  readonly withdrawn: Withdrawal | null;
  readonly stored_at: Date;
  readonly sort_at: Date;
  readonly sources: string[];
  readonly cluster_id: string | null;
}

/** The article of a row. What its publisher took away is not shown: of a page that is gone, everything that was text is empty. */
export function viewOf(row: ArticleViewRow): ArticleView {
  const text = textFromRow(row);
  const isGone = row.withdrawn === 'gone';
  return {
    ...articleOf(row.id, formFromRow(row), isGone ? withoutText(text) : text, isGone),
    sources: row.sources,
    revision: row.revision,
    storedAt: row.stored_at.toISOString(),
    clusterId: row.cluster_id,
    withdrawn: row.withdrawn,
  };
}

/** The fields of `news.articles.v1`, in the contract's order. */
export function articleOf(id: string, form: Form, text: ArticleText, gone: boolean): Article {
  const { rawId, sourceId, fetchedAt, url, wordCount, contentHash, metadataHash, fingerprint } = form;
  const { externalId, canonicalUrl, title, kicker, summary, body, html, headings, kind, ...rest } = text;
  return {
    id,
    rawId,
    sourceId,
    fetchedAt,
    externalId,
    url,
    canonicalUrl,
    title,
    kicker,
    summary,
    body,
    ...(html !== undefined && { html }),
    headings,
    kind,
    gone,
    ...rest,
    wordCount: gone ? 0 : wordCount,
    contentHash,
    metadataHash,
    fingerprint: gone ? null : fingerprint,
    extraction: { how: form.how, parserVersion: form.parserVersion, warnings: [...form.warnings] },
  };
}

function withoutText({ html: _, ...text }: ArticleText): ArticleText {
  return { ...text, title: null, kicker: null, summary: null, body: null, headings: [] };
}
