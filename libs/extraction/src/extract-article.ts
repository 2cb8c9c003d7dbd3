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
import { namesOf } from './authors.ts';
import { type Block, textOfBlock, textOfRuns } from './block.ts';
import { bodyOfHtml } from './body-html/body-of-html.ts';
import { cleanBlock, cleanImage } from './body-html/clean-block.ts';
import { renderHtml } from './body-html/render-html.ts';
import { sanitiseHtml } from './body-html/sanitise-html.ts';
import { cleanLine, comparable } from './clean-text.ts';
import { readDateline } from './dateline.ts';
import type { FoundDate } from './dates.ts';
import { fingerprint } from './fingerprint.ts';
import { languageOf } from './language.ts';
import { parseDate } from './parse-date.ts';
import type { Reading } from './reading.ts';
import { readRawArticle } from './read-raw-article.ts';
import { withoutSiteName } from './title.ts';
import { countWords } from './words.ts';

/** Rises with every change of what the parser makes of some input; it only rises. */
export const PARSER_VERSION = 2;

/** What an operator may choose of an article. */
export interface ExtractionOptions {
  /** Whether it has `html`; its `body` is the same without. */
  readonly html: boolean;
}

/**
 * The article that a raw article is: a function of it, of {@link PARSER_VERSION} and of the options, of nothing else. Relative dates are
 * counted from `fetchedAt`.
 *
 * @throws KhabarError, never retriable: `empty-body`, `not-text`, `no-title`, `too-many-lines`, `unsupported-media-type`.
 */
export function extractArticle(raw: RawArticle, options: ExtractionOptions = { html: true }): Article {
  return raw.body === null ? goneArticle(raw) : assemble(raw, readRawArticle(raw), options);
}

function assemble(raw: RawArticle, reading: Reading, options: ExtractionOptions): Article {
  const warnings = new Set(reading.warnings);
  const title = reading.titles
    .map((found) => withoutSiteName(cleanLine(found), reading.siteName).title)
    .find((found) => /[\p{L}\p{N}]/u.test(found));
  if (title === undefined) throw new KhabarError('no-title', 'No title was found');
  const kicker = orNull(reading.kicker);
  const summary = orNull(reading.summary);
  const blocks = bodyBlocks(reading.blocks, [title, kicker, summary]);
  const html = sanitiseHtml(renderHtml(blocks));
  const body = bodyOfHtml(html);
  if (body === '') warnings.add('no-body');
  const isLarge = options.html && Buffer.byteLength(html) > LARGEST_HTML_BYTES;
  if (isLarge) warnings.add('html-too-large');
  const language = languageOf(`${title}\n${summary ?? ''}\n${body}`, reading.claimedLanguage);
  const published = firstDate(reading.published, language, raw.fetchedAt);
  const modified = firstDate(reading.modified, language, raw.fetchedAt);
  if (published === null) warnings.add(reading.published.length === 0 ? 'no-date' : 'unreadable-date');
  const names = namesOf(reading.bylines, reading.siteName);
  const address = addressOf(raw, reading);
  return complete(raw, address.url, reading.how, [...warnings].sort(), {
    externalId: externalIdOf(raw, reading),
    canonicalUrl: address.canonical,
    title,
    kicker,
    summary,
    body,
    ...(options.html && !isLarge && { html }),
    headings: blocks.filter((block) => block.kind === 'heading').map(({ runs }) => textOfRuns(runs)),
    kind: body === '' ? 'unknown' : reading.kind,
    gone: false,
    authors: [...names.people],
    agencies: agenciesOf(reading, names.agencies, blocks),
    publishedAt: published?.at ?? null,
    modifiedAt: modified?.at ?? null,
    publishedOffset: published?.offset ?? null,
    publishedPrecision: published?.precision ?? null,
    language,
    section: orNull(reading.section),
    tags: unique(reading.tags),
    images: reading.images.map(cleanImage),
  });
}

/** A page that answered 404 or 410: all that is known of it is its address and what its feed says of it. */
function goneArticle(raw: RawArticle): Article {
  const address = addressOf(raw, null);
  return complete(raw, address.url, 'page', [], {
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
    language: null,
    section: null,
    tags: [],
    images: [],
  });
}

function complete(
  raw: RawArticle,
  url: string | null,
  how: Article['extraction']['how'],
  warnings: string[],
  described: HashedFields,
): Article {
  const { canonicalUrl: canonical, externalId, body } = described;
  return {
    id: articleId({ canonicalUrl: canonical, sourceId: raw.sourceId, externalId, rawId: raw.id }),
    rawId: raw.id,
    sourceId: raw.sourceId,
    fetchedAt: raw.fetchedAt,
    url,
    ...described,
    wordCount: body === null ? 0 : countWords(body),
    ...articleHashes(described),
    fingerprint: body === null ? null : fingerprint(body),
    extraction: { how, parserVersion: PARSER_VERSION, warnings },
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

/**
 * Larger HTML is left out, so that an article with it stays well below the 8 MiB that its topic takes. In bytes of UTF-8; the longest
 * live blogs have about a third of it.
 */
const LARGEST_HTML_BYTES = 1024 * 1024;

/** The blocks of the body, clean. A body never contains title, kicker or summary, and neither does its HTML. */
function bodyBlocks(blocks: readonly Block[], said: readonly (string | null)[]): Block[] {
  const known = new Set(said.filter((text) => text !== null).map(comparable));
  return blocks
    .map((block) => cleanBlock(withoutParagraphs(block, known)))
    .filter((block) => block !== null)
    .filter((block) => !known.has(comparable(textOfBlock(block))));
}

function withoutParagraphs(block: Block, known: ReadonlySet<string>): Block {
  if (block.kind !== 'quote') return block;
  return { ...block, paragraphs: block.paragraphs.filter((runs) => !known.has(comparable(textOfRuns(runs)))) };
}

/** The agencies that the input names, and the one of its dateline. Each once, as first written. */
function agenciesOf(reading: Reading, ofBylines: readonly string[], blocks: readonly Block[]): string[] {
  const lead = blocks.find(({ kind }) => kind === 'paragraph');
  const ofDateline = lead === undefined ? null : (readDateline(textOfBlock(lead))?.agency ?? null);
  const agencies = new Map<string, string>();
  for (const agency of unique([...reading.agencies, ...ofBylines, ...(ofDateline === null ? [] : [ofDateline])])) {
    if (!agencies.has(comparable(agency))) agencies.set(comparable(agency), agency);
  }
  return [...agencies.values()];
}

/** A clock that is wrong by less than this makes no date impossible. */
const FUTURE_TOLERANCE_MS = 36 * 3_600_000;

/** The first date that can be read; one that lies in the future of the fetch is an event's, or a mistake. */
function firstDate(found: readonly string[], language: string | null, fetchedAt: string): FoundDate | null {
  const latest = new Date(Date.parse(fetchedAt) + FUTURE_TOLERANCE_MS).toISOString();
  const dates = found.map((text) => parseDate(text, language, fetchedAt)).filter((date) => date !== null);
  return dates.find(({ at }) => at <= latest) ?? null;
}

function orNull(text: string | null): string | null {
  const clean = text === null ? '' : cleanLine(text);
  return clean === '' ? null : clean;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.map(cleanLine).filter((text) => text !== ''))];
}
