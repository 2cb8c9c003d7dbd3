import { type FeedEntry, KhabarError, canonicalUrl } from '@khabar/contracts';
import { ParseError, parseAtomFeed, parseJsonFeed, parseRdfFeed, parseRssFeed } from 'feedsmith';
import { readAtom } from './atom.ts';
import { charsetOf, decodeDocument } from './encoding.ts';
import { readJsonFeed } from './json-feed.ts';
import type { FeedHead, FeedReading, FeedWarning, ReadingContext } from './parts.ts';
import { oneLine } from './plain-text.ts';
import { readRdf } from './rdf.ts';
import { readRss } from './rss.ts';

/** The families of feed formats. */
export type FeedFormat = 'rss' | 'rdf' | 'atom' | 'json';

/** A feed, read. */
export interface ParsedFeed {
  readonly format: FeedFormat;
  readonly feed: FeedHead;
  /** In the order of the document. */
  readonly entries: FeedEntry[];
  /** Each kind once. */
  readonly warnings: FeedWarning[];
}

/** What the fetch knows of a document. */
export interface FeedOrigin {
  /** The Content-Type header. */
  readonly contentType?: string | null;
  /** Where the document was read, after redirects: relative links are meant from there. */
  readonly url?: string | null;
}

/**
 * Reads RSS 0.9x to 2.0, RDF, Atom and JSON Feed; what a document is shows in itself, for media types are seldom right.
 * @throws KhabarError `empty-feed` (nothing in it), `not-a-feed` (such as a page), `malformed-feed` (a feed beyond reading).
 */
export function parseFeed(bytes: Uint8Array, origin: FeedOrigin = {}): ParsedFeed {
  const decoded = decodeDocument(bytes, charsetOf(origin.contentType));
  if (decoded.text.trim() === '') throw new KhabarError('empty-feed', 'The document is empty');
  const detected = detectFormat(decoded.text);
  if (detected === null) throw new KhabarError('not-a-feed', 'The document is no RSS, RDF, Atom or JSON feed');

  const warnings = new Set<FeedWarning>(decoded.warnings);
  const context: ReadingContext = { url: origin.url ?? null, warn: (code) => warnings.add(code) };
  const { feed, entries } = readAs(detected.format, detected.body, context);
  return { format: detected.format, feed, entries: markSharedLinks(entries, context), warnings: [...warnings] };
}

/** What a document is by its root element, whatever that one's prefix and whatever is quoted inside; and its text from there on. */
function detectFormat(text: string): { format: FeedFormat; body: string } | null {
  if (/^\s*\{/.test(text)) return { format: 'json', body: text };
  const at = rootElementIn(text);
  const name = at === null ? undefined : /^<(?:[\w.-]+:)?([\w.-]+)/.exec(text.slice(at, at + 200))?.[1]?.toLowerCase();
  const format = name === undefined ? undefined : FORMAT_OF_ROOT[name];
  // Without its DOCTYPE a document has no entities of its own to expand.
  return format === undefined ? null : { format, body: text.slice(at!) };
}

const FORMAT_OF_ROOT: Readonly<Record<string, FeedFormat>> = { rss: 'rss', feed: 'atom', rdf: 'rdf' };

/** Where the first element stands behind declaration, comments and DOCTYPE; null where there is none. */
function rootElementIn(text: string): number | null {
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const next = text[at + 1];
    if (next !== '?' && next !== '!') return at;
    at = text.startsWith('<!--', at) ? text.indexOf('-->', at + 4) : endOfDeclaration(text, at);
    if (at === -1) return null;
  }
  return null;
}

/** A DOCTYPE may hold declarations in brackets. */
function endOfDeclaration(text: string, start: number): number {
  const end = text.indexOf('>', start);
  const bracket = text.indexOf('[', start);
  if (bracket === -1 || bracket > end) return end;
  const close = text.indexOf(']', bracket);
  return close === -1 ? -1 : text.indexOf('>', close);
}

function readAs(format: FeedFormat, text: string, context: ReadingContext): FeedReading {
  try {
    if (format === 'rss') return readRss(parseRssFeed(text), context);
    if (format === 'atom') return readAtom(parseAtomFeed(text), context);
    if (format === 'rdf') return readRdf(parseRdfFeed(text), context);
    return readJsonFeed(parseJsonFeed(text), context);
  } catch (cause) {
    if (format === 'json') throw new KhabarError('not-a-feed', 'The document is JSON, but no JSON Feed', { cause });
    if (cause instanceof ParseError) {
      context.warn('no-channel');
      return { feed: { title: null, description: null, link: null, language: null }, entries: [] };
    }
    throw new KhabarError('malformed-feed', 'The feed is broken beyond reading', { cause });
  }
}

/**
 * Marks links that several entries of the document have: such a link (a home page, a live ticker) identifies none of them. An
 * entry that the document lists twice is one entry (RFC 4287, 4.1.1), so its link stays its own.
 */
function markSharedLinks(entries: readonly FeedEntry[], { warn }: ReadingContext): FeedEntry[] {
  const holders = new Map<string, Set<string>>();
  for (const entry of entries) {
    const link = entry.link === null ? null : canonicalUrl(entry.link);
    if (link === null) continue;
    const of = holders.get(link) ?? new Set();
    holders.set(link, of.add(identityOf(entry)));
  }
  return entries.map((entry) => {
    const link = entry.link === null ? null : canonicalUrl(entry.link);
    if (link === null || holders.get(link)!.size < 2) return entry;
    warn('shared-link');
    return { ...entry, linkShared: true };
  });
}

/** What an entry is told apart by where its link does not do it: its guid, else its title. */
export function identityOf(entry: Pick<FeedEntry, 'guid' | 'title'>): string {
  return entry.guid ?? oneLine(entry.title ?? '').normalize('NFC');
}
