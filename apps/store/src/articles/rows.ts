import type { Article, ExtractionMode } from '@khabar/contracts';
import type { KeptForm, StoredArticle, Withdrawal } from './article-history.ts';
import type { ArticleText } from './article-text.ts';
import type { Form } from './form.ts';
import type { RawState } from './merge.ts';

/** A form's columns as the driver reads them, hashes in hex. */
export interface FormRow {
  readonly event_id: string;
  readonly raw_id: string;
  readonly source_id: string;
  readonly fetched_at: Date;
  readonly how: ExtractionMode;
  readonly parser_version: number;
  readonly content_hash: string;
  readonly metadata_hash: string;
  readonly url: string | null;
  readonly word_count: number;
  /** 64 bits, as a signed number in decimal. */
  readonly fingerprint: string | null;
  readonly warnings: readonly string[];
}

/** A text's columns as the driver reads them. */
export interface TextRow {
  readonly external_id: string | null;
  readonly canonical_url: string | null;
  readonly title: string | null;
  readonly kicker: string | null;
  readonly summary: string | null;
  readonly body: string | null;
  readonly html: string | null;
  readonly headings: string[];
  readonly kind: Article['kind'];
  readonly authors: string[];
  readonly agencies: string[];
  readonly published_at: Date | null;
  readonly modified_at: Date | null;
  readonly published_offset: string | null;
  readonly published_precision: Article['publishedPrecision'];
  readonly language: string | null;
  readonly section: string | null;
  readonly tags: string[];
  readonly images: Article['images'];
}

/** An article's state as the driver reads it, hashes in hex. */
export interface StoredArticleRow {
  readonly id: string;
  readonly revision: number;
  readonly last_number: number;
  readonly withdrawn: Withdrawal | null;
  readonly stored_at: Date;
  readonly first_fetched_at: Date;
  readonly sources: readonly string[];
  readonly content_hash: string;
  readonly metadata_hash: string;
  readonly cluster_id: string | null;
}

/** A row of `raw_articles` as the driver reads it. */
export interface RawRow {
  readonly raw_id: string;
  readonly article_id: string | null;
  readonly event_id: string | null;
  readonly fetched_at: Date | null;
  readonly parser_version: number | null;
  readonly gone_fetched_at: Date | null;
  readonly gone_parser_version: number | null;
}

/** See {@link Form}. */
export function formFromRow(row: FormRow): Form {
  return {
    eventId: row.event_id,
    rawId: row.raw_id,
    sourceId: row.source_id,
    fetchedAt: row.fetched_at.toISOString(),
    how: row.how,
    parserVersion: row.parser_version,
    contentHash: row.content_hash,
    metadataHash: row.metadata_hash,
    url: row.url,
    wordCount: row.word_count,
    fingerprint: row.fingerprint === null ? null : hex64(row.fingerprint),
    warnings: row.warnings,
  };
}

/** A row of `revisions` as the driver reads it. */
export interface RevisionRow extends FormRow {
  readonly article_id: string;
  readonly number: number | null;
  readonly stored_at: Date;
}

/** A form with the article it is of, and when it was stored. */
export function keptFormFromRow(
  row: RevisionRow,
): KeptForm & { readonly articleId: string; readonly storedAt: string } {
  return {
    ...formFromRow(row),
    articleId: row.article_id,
    number: row.number,
    storedAt: row.stored_at.toISOString(),
  };
}

/** See {@link ArticleText}. */
export function textFromRow(row: TextRow): ArticleText {
  return {
    externalId: row.external_id,
    canonicalUrl: row.canonical_url,
    title: row.title,
    kicker: row.kicker,
    summary: row.summary,
    body: row.body,
    ...(row.html !== null && { html: row.html }),
    headings: row.headings,
    kind: row.kind,
    authors: row.authors,
    agencies: row.agencies,
    publishedAt: row.published_at?.toISOString() ?? null,
    modifiedAt: row.modified_at?.toISOString() ?? null,
    publishedOffset: row.published_offset,
    publishedPrecision: row.published_precision,
    language: row.language,
    section: row.section,
    tags: row.tags,
    images: row.images,
  };
}

/** See {@link StoredArticle}. */
export function storedArticleFromRow(row: StoredArticleRow): StoredArticle {
  return {
    id: row.id,
    revision: row.revision,
    lastNumber: row.last_number,
    withdrawn: row.withdrawn,
    storedAt: row.stored_at.toISOString(),
    firstFetchedAt: row.first_fetched_at.toISOString(),
    sources: row.sources,
    text: { contentHash: row.content_hash, metadataHash: row.metadata_hash },
    clusterId: row.cluster_id,
  };
}

/** See {@link RawState}. */
export function rawFromRow(row: RawRow): RawState {
  return {
    rawId: row.raw_id,
    made:
      row.article_id === null
        ? null
        : {
            articleId: row.article_id,
            eventId: row.event_id!,
            fetchedAt: row.fetched_at!.toISOString(),
            parserVersion: row.parser_version!,
          },
    gone:
      row.gone_fetched_at === null
        ? null
        : { fetchedAt: row.gone_fetched_at.toISOString(), parserVersion: row.gone_parser_version! },
  };
}

function hex64(signed: string): string {
  return BigInt.asUintN(64, BigInt(signed)).toString(16).padStart(16, '0');
}
