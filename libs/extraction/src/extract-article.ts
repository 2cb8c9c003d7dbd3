import {
  KhabarError,
  articleHashes,
  articleId,
  canonicalUrl,
  chooseCanonicalUrl,
  type Article,
  type HashedFields,
  type RawArticle,
} from '@khabar/contracts';
import { cleanLine, cleanText, comparable } from './clean-text.ts';
import { parseMachineDate, type FoundDate } from './dates.ts';
import { fingerprint } from './fingerprint.ts';
import { languageOf, primaryTag } from './language.ts';
import type { Block, Reading } from './reading.ts';
import { readRawArticle } from './read-raw-article.ts';
import { withoutSiteName } from './title.ts';
import { countWords } from './words.ts';

/** Rises with every change of what the parser makes of some input; it only rises. */
export const PARSER_VERSION = 1;

/**
 * The article that a raw article is: a function of it and {@link PARSER_VERSION}, of nothing else. Relative dates are counted from
 * `fetchedAt`.
 *
 * @throws KhabarError, never retriable: `empty-body`, `not-text`, `no-title`.
 */
export function extractArticle(raw: RawArticle): Article {
  return raw.body === null ? goneArticle(raw) : assemble(raw, readRawArticle(raw));
}

function assemble(raw: RawArticle, reading: Reading): Article {
  const warnings = new Set(reading.warnings);
  const title = reading.titles
    .map((found) => withoutSiteName(cleanLine(found), reading.siteName).title)
    .find((found) => found !== '');
  if (title === undefined) throw new KhabarError('no-title', 'No title was found');
  const kicker = orNull(reading.kicker);
  const summary = orNull(reading.summary);
  const blocks = bodyBlocks(reading.blocks, [title, kicker, summary]);
  const body = blocks.map(({ text }) => text).join('\n\n');
  if (body === '') warnings.add('no-body');
  const published = firstDate(reading.published);
  if (published === null) warnings.add('no-date');
  const address = addressOf(raw, reading);
  const described: HashedFields = {
    externalId: externalIdOf(raw, reading),
    canonicalUrl: address.canonical,
    title,
    kicker,
    summary,
    body,
    headings: blocks.filter(({ kind }) => kind === 'heading').map(({ text }) => text),
    kind: reading.kind,
    gone: false,
    authors: unique(reading.bylines),
    agencies: unique(reading.agencies),
    publishedAt: published?.at ?? null,
    modifiedAt: firstDate(reading.modified)?.at ?? null,
    publishedOffset: published?.offset ?? null,
    publishedPrecision: published?.precision ?? null,
    language: languageOf(`${title}\n${body}`, reading.claimedLanguage),
    section: orNull(reading.section),
    tags: unique(reading.tags),
    images: reading.images,
  };
  return {
    id: articleId({
      canonicalUrl: address.canonical,
      sourceId: raw.sourceId,
      externalId: described.externalId,
      rawId: raw.id,
    }),
    rawId: raw.id,
    sourceId: raw.sourceId,
    fetchedAt: raw.fetchedAt,
    url: address.url,
    ...described,
    wordCount: countWords(body),
    ...articleHashes(described),
    fingerprint: fingerprint(body),
    extraction: { how: reading.how, parserVersion: PARSER_VERSION, warnings: [...warnings].sort() },
  };
}

/** A page that answered 404 or 410: all that is known of it is its address and what its feed said of it. */
function goneArticle(raw: RawArticle): Article {
  const address = addressOf(raw, null);
  const described: HashedFields = {
    externalId: externalIdOf(raw, null),
    canonicalUrl: address.canonical,
    title: null,
    kicker: null,
    summary: null,
    body: null,
    headings: [],
    kind: 'unknown',
    gone: true,
    authors: [],
    agencies: [],
    publishedAt: null,
    modifiedAt: null,
    publishedOffset: null,
    publishedPrecision: null,
    language: primaryTag(raw.entry?.language ?? null),
    section: null,
    tags: [],
    images: [],
  };
  return {
    id: articleId({
      canonicalUrl: address.canonical,
      sourceId: raw.sourceId,
      externalId: described.externalId,
      rawId: raw.id,
    }),
    rawId: raw.id,
    sourceId: raw.sourceId,
    fetchedAt: raw.fetchedAt,
    url: address.url,
    ...described,
    wordCount: 0,
    ...articleHashes(described),
    fingerprint: null,
    extraction: { how: 'page', parserVersion: PARSER_VERSION, warnings: [] },
  };
}

function addressOf(raw: RawArticle, reading: Reading | null): { url: string | null; canonical: string | null } {
  const found = raw.http?.finalUrl ?? raw.url;
  return {
    url: found === null ? null : canonicalUrl(found),
    canonical: chooseCanonicalUrl({
      relCanonical: reading?.relCanonical ?? null,
      finalUrl: raw.http?.finalUrl ?? null,
      discoveryUrl: raw.url,
      linkShared: raw.entry?.linkShared ?? false,
    }),
  };
}

// A guid that is only the link once more is no id of the publisher's own.
function externalIdOf(raw: RawArticle, reading: Reading | null): string | null {
  const guid = raw.entry?.guid ?? null;
  if (guid !== null && (raw.entry?.link === null || canonicalUrl(guid) !== canonicalUrl(raw.entry!.link)))
    return orNull(guid);
  return orNull(reading?.externalId ?? null);
}

function bodyBlocks(blocks: readonly Block[], said: readonly (string | null)[]): Block[] {
  const known = new Set(said.filter((text) => text !== null).map(comparable));
  return blocks
    .map(({ kind, text }) => ({ kind, text: cleanText(text) }))
    .filter(({ text }) => text !== '' && !known.has(comparable(text)));
}

function firstDate(found: readonly string[]): FoundDate | null {
  for (const text of found) {
    const date = parseMachineDate(text);
    if (date !== null) return date;
  }
  return null;
}

function orNull(text: string | null): string | null {
  const clean = text === null ? '' : cleanLine(text);
  return clean === '' ? null : clean;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.map(cleanLine).filter((text) => text !== ''))];
}
