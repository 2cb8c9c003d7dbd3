import { escapeText } from 'entities';
import { generateAtomFeed, generateRssFeed } from 'feedsmith';
import { htmlOfText, looksLikeHtml } from './plain-text.ts';

/** A feed to be written: one page of it where it has several. */
export interface WrittenFeed {
  /** A URI that is this feed's for ever, whatever page of it. */
  readonly id: string;
  readonly title: string;
  /** The site that it is the feed of. */
  readonly siteUrl: string;
  /** Where this page is. */
  readonly selfUrl: string;
  /** The first page and the one that follows (RFC 5005, 3); null where this is the first, or the last. */
  readonly firstUrl: string | null;
  readonly nextUrl: string | null;
  /** RFC 3339, as every time below. */
  readonly updated: string;
  readonly entries: readonly WrittenEntry[];
}

/** An entry to be written; texts are plain unless they say otherwise. */
export interface WrittenEntry {
  /** A URI that is this entry's for ever. */
  readonly id: string;
  readonly url: string;
  readonly title: string | null;
  readonly summary: string | null;
  /** The whole of it, as HTML; where it is null, as `text`. */
  readonly html: string | null;
  readonly text: string | null;
  readonly authors: readonly string[];
  /** Who stands for it where no author is known: Atom asks for somebody. */
  readonly publisher: string;
  readonly categories: readonly string[];
  readonly published: string | null;
  readonly updated: string;
  /** BCP 47. */
  readonly language: string | null;
  readonly images: readonly { readonly url: string; readonly width: number | null; readonly height: number | null }[];
}

/** A format that feeds are written in. */
export type WrittenFormat = 'atom' | 'rss' | 'json';

/** Writes Atom 1.0 (RFC 4287), RSS 2.0 or JSON Feed 1.1, with the links of a paged feed (RFC 5005, 3). What `parseFeed` reads from it is equal. */
export function generateFeed(format: WrittenFormat, feed: WrittenFeed): string {
  if (format === 'json') return `${JSON.stringify(jsonFeedOf(feed))}\n`;
  const writable = forXml(feed);
  return `${format === 'atom' ? generateAtomFeed(atomOf(writable)) : generateRssFeed(rssOf(writable))}\n`;
}

function atomOf(feed: WrittenFeed) {
  return {
    id: feed.id,
    title: { value: feed.title, type: 'text' },
    updated: feed.updated,
    generator: { text: 'Khabar' },
    links: [{ href: feed.siteUrl, rel: 'alternate' }, ...pageLinks(feed, 'application/atom+xml')],
    entries: feed.entries.map((entry) => ({
      id: entry.id,
      title: { value: titleOf(entry), type: 'text' },
      updated: entry.updated,
      ...(entry.published !== null && { published: entry.published }),
      authors: (entry.authors.length > 0 ? entry.authors : [entry.publisher]).map((name) => ({ name })),
      links: [{ href: entry.url, rel: 'alternate' }],
      categories: entry.categories.map((term) => ({ term })),
      ...(entry.summary !== null && { summary: { value: entry.summary, type: 'text' } }),
      content: { value: contentOf(entry), type: 'html' },
      ...mediaOf(entry),
      ...(entry.language !== null && { xml: { lang: entry.language } }),
    })),
  };
}

function rssOf(feed: WrittenFeed) {
  return {
    title: rssText(feed.title),
    link: feed.siteUrl,
    description: rssText(feed.title),
    lastBuildDate: feed.updated,
    generator: 'Khabar',
    atom: { links: pageLinks(feed, 'application/rss+xml') },
    items: feed.entries.map((entry) => ({
      title: rssText(titleOf(entry)),
      link: entry.url,
      guid: { value: entry.id, isPermaLink: false },
      ...(entry.published !== null && { pubDate: entry.published }),
      atom: { updated: entry.updated },
      ...(entry.summary !== null && { description: htmlOfText(entry.summary) }),
      content: { encoded: contentOf(entry) },
      categories: entry.categories.map((name) => ({ name })),
      dc: {
        creators: [...entry.authors],
        ...(entry.language !== null && { languages: [entry.language] }),
      },
      ...mediaOf(entry),
    })),
  };
}

function jsonFeedOf(feed: WrittenFeed) {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.siteUrl,
    feed_url: feed.selfUrl,
    ...(feed.nextUrl !== null && { next_url: feed.nextUrl }),
    items: feed.entries.map((entry) => ({
      id: entry.id,
      url: entry.url,
      ...(entry.title !== null && { title: entry.title }),
      ...(entry.summary !== null && { summary: entry.summary }),
      content_html: contentOf(entry),
      ...(entry.images[0] && { image: entry.images[0].url }),
      ...(entry.published !== null && { date_published: entry.published }),
      date_modified: entry.updated,
      authors: entry.authors.map((name) => ({ name })),
      tags: [...entry.categories],
      ...(entry.language !== null && { language: entry.language }),
    })),
  };
}

function pageLinks({ selfUrl, firstUrl, nextUrl }: WrittenFeed, type: string) {
  const links = { self: selfUrl, first: firstUrl, next: nextUrl };
  return Object.entries(links).flatMap(([rel, href]) => (href === null ? [] : [{ href, rel, type }]));
}

function mediaOf({ images }: WrittenEntry) {
  if (images.length === 0) return {};
  const contents = images.map(({ url, width, height }) => ({
    ...{ url, medium: 'image' },
    ...(width !== null && { width }),
    ...(height !== null && { height }),
  }));
  return { media: { contents } };
}

/** Atom asks for a title that is not empty, and RSS for a title or a description. */
function titleOf({ title, url }: WrittenEntry): string {
  return title ?? url;
}

/** Never empty: JSON Feed asks for content, and Atom for content or a link to it. */
function contentOf(entry: WrittenEntry): string {
  return entry.html ?? htmlOfText(entry.text ?? entry.summary ?? titleOf(entry));
}

/** RSS does not say whether its texts are HTML: what reads as HTML is written so that it reads as itself, anything else as it is. */
function rssText(text: string): string {
  return looksLikeHtml(text) || /<[!?/]/.test(text) ? escapeText(text) : text;
}

/** Characters that no XML document may have (XML 1.0, 2.2), not even as references. */
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** The same feed without what XML cannot hold. */
function forXml<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed().replace(UNWRITABLE, '') as T;
  if (Array.isArray(value)) return value.map(forXml) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, forXml(inner)])) as T;
}
