import type { ArticleState, KeptForm } from './article-history.ts';
import type { ArticleText } from './article-text.ts';
import type { Form, TextIdentity } from './form.ts';
import type { Announcement, RawState } from './merge.ts';
import { type Column, column, columnsOf, hashColumn, jsonColumn, listColumn } from '../database/set-statement.ts';

/** Columns of a form, in `articles` (the present one) and `revisions` (all). */
export const FORM_COLUMNS: readonly Column<Form>[] = [
  column('event_id', 'uuid', ({ eventId }) => eventId),
  column('raw_id', 'uuid', ({ rawId }) => rawId),
  column('source_id', 'uuid', ({ sourceId }) => sourceId),
  column('fetched_at', 'timestamptz', ({ fetchedAt }) => fetchedAt),
  column('how', 'text', ({ how }) => how),
  column('parser_version', 'integer', ({ parserVersion }) => parserVersion),
  hashColumn('content_hash', ({ contentHash }) => contentHash),
  hashColumn('metadata_hash', ({ metadataHash }) => metadataHash),
  column('url', 'text', ({ url }) => url),
  column('word_count', 'integer', ({ wordCount }) => wordCount),
  column('fingerprint', 'bigint', ({ fingerprint }) => signed(fingerprint)),
  listColumn('warnings', 'text', ({ warnings }) => warnings),
];

/** Columns of a text, in `articles` (the present one) and `earlier_texts`. */
export const TEXT_COLUMNS: readonly Column<ArticleText>[] = [
  column('external_id', 'text', ({ externalId }) => externalId),
  column('canonical_url', 'text', ({ canonicalUrl }) => canonicalUrl),
  column('title', 'text', ({ title }) => title),
  column('kicker', 'text', ({ kicker }) => kicker),
  column('summary', 'text', ({ summary }) => summary),
  column('body', 'text', ({ body }) => body),
  column('html', 'text', ({ html }) => html ?? null),
  listColumn('headings', 'text', ({ headings }) => headings),
  column('kind', 'text', ({ kind }) => kind),
  listColumn('authors', 'text', ({ authors }) => authors),
  listColumn('agencies', 'text', ({ agencies }) => agencies),
  column('published_at', 'timestamptz', ({ publishedAt }) => publishedAt),
  column('modified_at', 'timestamptz', ({ modifiedAt }) => modifiedAt),
  column('published_offset', 'text', ({ publishedOffset }) => publishedOffset),
  column('published_precision', 'text', ({ publishedPrecision }) => publishedPrecision),
  column('language', 'text', ({ language }) => language),
  column('section', 'text', ({ section }) => section),
  listColumn('tags', 'text', ({ tags }) => tags),
  jsonColumn('images', ({ images }) => images),
];

/** Columns of what follows from an article's forms. */
export const STATE_COLUMNS: readonly Column<ArticleState>[] = [
  column('revision', 'integer', ({ revision }) => revision),
  column('last_number', 'integer', ({ lastNumber }) => lastNumber),
  column('withdrawn', 'text', ({ withdrawn }) => withdrawn),
  column('stored_at', 'timestamptz', ({ storedAt }) => storedAt),
  column('first_fetched_at', 'timestamptz', ({ firstFetchedAt }) => firstFetchedAt),
  listColumn('sources', 'uuid', ({ sources }) => sources),
];

/** An article but for its text. */
export interface ArticleRow {
  readonly id: string;
  readonly state: ArticleState;
  readonly form: Form;
  /** The earliest publication that this batch gave it, shown or not; null when it gave none. */
  readonly firstPublishedAt: string | null;
}

/** An article whose text is written: it is new, or its text changed. */
export interface ArticleRowWithText extends ArticleRow {
  readonly text: ArticleText;
}

/** Columns of {@link ArticleRow}. */
export const ARTICLE_COLUMNS: readonly Column<ArticleRow>[] = [
  column('id', 'uuid', ({ id }) => id),
  ...columnsOf(STATE_COLUMNS, ({ state }: ArticleRow) => state),
  ...columnsOf(FORM_COLUMNS, ({ form }: ArticleRow) => form),
];

/** Columns of {@link ArticleRowWithText}. */
export const ARTICLE_WITH_TEXT_COLUMNS: readonly Column<ArticleRowWithText>[] = [
  ...ARTICLE_COLUMNS,
  ...columnsOf(TEXT_COLUMNS, ({ text }: ArticleRowWithText) => text),
];

/** What is sent with an article for its place in lists. */
export const DATE_COLUMNS: readonly Column<ArticleRow>[] = [
  column('first_published_at', 'timestamptz', ({ firstPublishedAt }) => firstPublishedAt),
];

/** A form of an article on its way into `revisions`. */
export interface RevisionRow {
  readonly articleId: string;
  readonly form: KeptForm;
  readonly storedAt: string;
}

/** Columns of `revisions`. */
export const REVISION_COLUMNS: readonly Column<RevisionRow>[] = [
  column('article_id', 'uuid', ({ articleId }) => articleId),
  column('number', 'integer', ({ form }) => form.number),
  column('stored_at', 'timestamptz', ({ storedAt }) => storedAt),
  ...columnsOf(FORM_COLUMNS, ({ form }: RevisionRow) => form),
];

/** A text that an article had, or would have had if it had not come too late. */
export interface EarlierText extends TextIdentity {
  readonly articleId: string;
}

/** Columns that name an earlier text. */
export const EARLIER_TEXT_KEY: readonly Column<EarlierText>[] = [
  column('article_id', 'uuid', ({ articleId }) => articleId),
  hashColumn('content_hash', ({ contentHash }) => contentHash),
  hashColumn('metadata_hash', ({ metadataHash }) => metadataHash),
];

/** Columns of `earlier_texts`. */
export const EARLIER_TEXT_COLUMNS: readonly Column<EarlierText & { readonly text: ArticleText }>[] = [
  ...EARLIER_TEXT_KEY,
  ...columnsOf(TEXT_COLUMNS, ({ text }: { readonly text: ArticleText }) => text),
];

/** Columns of `raw_articles`. */
export const RAW_COLUMNS: readonly Column<RawState>[] = [
  column('raw_id', 'uuid', ({ rawId }) => rawId),
  column('article_id', 'uuid', ({ made }) => made?.articleId ?? null),
  column('event_id', 'uuid', ({ made }) => made?.eventId ?? null),
  column('fetched_at', 'timestamptz', ({ made }) => made?.fetchedAt ?? null),
  column('parser_version', 'integer', ({ made }) => made?.parserVersion ?? null),
  column('gone_fetched_at', 'timestamptz', ({ gone }) => gone?.fetchedAt ?? null),
  column('gone_parser_version', 'integer', ({ gone }) => gone?.parserVersion ?? null),
];

/** Columns of `outbox`, but for the position, which the database gives. */
export const OUTBOX_COLUMNS: readonly Column<Announcement>[] = [
  column('article_id', 'uuid', ({ articleId }) => articleId),
  column('revision', 'integer', ({ revision }) => revision),
  column('kind', 'text', ({ kind }) => kind),
  column('reason', 'text', ({ reason }) => reason),
  column('content_hash', 'text', ({ contentHash }) => contentHash),
  column('cluster_id', 'uuid', ({ clusterId }) => clusterId),
  column('stored_at', 'timestamptz', ({ storedAt }) => storedAt),
  column('traceparent', 'text', ({ traceparent }) => traceparent),
];

/** 64 bits in hex as Postgres's signed `bigint`. */
function signed(hex: string | null): string | null {
  return hex === null ? null : String(BigInt.asIntN(64, BigInt(`0x${hex}`)));
}
