import type { FeedEntry } from '@khabar/contracts';
import type { AtomFeed } from 'feedsmith';
import { baseWithin, resolveAddress } from './address.ts';
import {
  type FeedReading,
  type ReadingContext,
  distinct,
  dublinCoreDates,
  firstDate,
  firstLanguage,
  imagesOf,
  isImage,
  linkOf,
  mediaImages,
  orNone,
} from './parts.ts';
import { htmlOfText, looksLikeHtml, oneLine, plainText } from './plain-text.ts';

/** Atom 0.3 and 1.0 (RFC 4287) in the contract's words. */
export function readAtom(found: AtomFeed.Feed<string>, context: ReadingContext): FeedReading {
  const base = baseWithin(found.xml?.base, context.url);
  const feed = {
    title: textOf(found.title),
    description: textOf(found.subtitle),
    link: resolveAddress(alternateOf(found.links), base),
    language: firstLanguage([found.xml?.lang, ...(found.dc?.languages ?? [])], context),
  };
  return { feed, entries: (found.entries ?? []).map((entry) => readEntry(entry, found, feed, base, context)) };
}

function readEntry(
  entry: AtomFeed.Entry<string>,
  found: AtomFeed.Feed<string>,
  feed: FeedReading['feed'],
  outer: string | null,
  context: ReadingContext,
): FeedEntry {
  const base = baseWithin(entry.xml?.base, outer);
  const enclosures = (entry.links ?? []).filter(({ rel, type }) => rel === 'enclosure' && isImage(type));
  return {
    guid: orNone(entry.id),
    link: linkOf(alternateOf(entry.links), base, context),
    linkShared: false,
    title: textOf(entry.title),
    summary: htmlOf(entry.summary) ?? htmlOf(entry.media?.groups?.[0]?.description ?? entry.media?.description),
    content: htmlOf(entry.content),
    // RFC 4287, 4.2.1: an entry without author has its source's, else the feed's.
    authors: distinct(
      (entry.authors ?? entry.source?.authors ?? found.authors ?? []).map(({ name, email }) => name ?? email),
    ),
    published: firstDate([entry.published, ...dublinCoreDates(entry.dcterms, entry.dc)], context),
    updated: firstDate([entry.updated, ...(entry.dcterms?.modified ?? [])], context),
    language: firstLanguage(
      [entry.content?.xml?.lang, entry.xml?.lang, ...(entry.dc?.languages ?? []), feed.language ?? undefined],
      context,
    ),
    categories: distinct([
      ...(entry.categories ?? []).map(({ label, term }) => label ?? term),
      ...(entry.dc?.subjects ?? []),
    ]),
    images: imagesOf(
      [...mediaImages(entry.media), ...enclosures.map(({ href, title }) => ({ url: href, alt: title }))],
      base,
    ),
    feedTitle: feed.title,
  };
}

/** RFC 4287, 4.2.7.2: a link without `rel` is `alternate`. Of several, one that leads to a page and not to another format of it. */
function alternateOf(links: readonly AtomFeed.Link<string>[] | undefined): string | undefined {
  const alternates = (links ?? []).filter(({ rel }) => rel === undefined || rel.toLowerCase() === 'alternate');
  const page = alternates.find(({ type }) => type === undefined || /html/i.test(type));
  return (page ?? alternates[0])?.href;
}

interface TypedText {
  readonly value?: string | undefined;
  readonly type?: string | undefined;
}

/**
 * RFC 4287, 3.1.1: `text` is literal, `html` and `xhtml` are markup. The type that nobody wrote is `text` by the letter; but who
 * writes none and then escapes markup means markup.
 */
function isMarkup({ value = '', type }: TypedText): boolean {
  if (type === undefined) return looksLikeHtml(value);
  return /html/i.test(type);
}

function textOf(found: TypedText | undefined): string | null {
  if (found?.value === undefined) return null;
  return (isMarkup(found) ? plainText(found.value) : oneLine(found.value)) || null;
}

/** Markup as it is, text made markup; null for content of another kind (images, XML, in base64). */
function htmlOf(found: TypedText | undefined): string | null {
  const value = orNone(found?.value);
  if (found === undefined || value === null) return null;
  if (isMarkup(found)) return value;
  const isText = found.type === undefined || /^(?:text|plain|text\/(?:plain|markdown))\b/i.test(found.type);
  return isText ? htmlOfText(value) : null;
}
