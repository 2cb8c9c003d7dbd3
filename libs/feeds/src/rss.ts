import type { FeedEntry } from '@khabar/contracts';
import type { RssFeed } from 'feedsmith';
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
  titleOf,
} from './parts.ts';

/** RSS 0.9x and 2.0 in the contract's words. */
export function readRss(channel: RssFeed.Feed<string>, context: ReadingContext): FeedReading {
  const outer = baseWithin(channel.xml?.base, context.url);
  const feed = {
    title: titleOf(channel.title),
    description: titleOf(channel.description),
    link: resolveAddress(channel.link, outer),
    language: firstLanguage([channel.language, ...(channel.dc?.languages ?? []), channel.xml?.lang], context),
  };
  // Feeds are served from other hosts than their sites, and a relative link in RSS is meant from the site.
  const base = channel.xml?.base === undefined ? (feed.link ?? outer) : outer;
  return { feed, entries: (channel.items ?? []).map((item) => readItem(item, feed, base, context)) };
}

function readItem(
  item: RssFeed.Item<string>,
  feed: FeedReading['feed'],
  outer: string | null,
  context: ReadingContext,
): FeedEntry {
  const base = baseWithin(item.xml?.base, outer);
  const summary = orNone(item.description) ?? orNone(item.dc?.descriptions?.[0]) ?? orNone(item.itunes?.summary);
  const enclosures = item.enclosures ?? [];
  return {
    guid: orNone(item.guid?.value) ?? orNone(item.atom?.id),
    link: itemLink(item, base, context),
    linkShared: false,
    title: titleOf(item.title ?? item.dc?.titles?.[0] ?? item.media?.title?.value),
    summary,
    content: orNone(item.content?.encoded) ?? orNone(item.atom?.content?.value),
    authors: distinct([
      ...(item.dc?.creators ?? []),
      ...(item.authors ?? []).map(({ name, email }) => name ?? email),
      ...(item.atom?.authors ?? []).map(({ name, email }) => name ?? email),
      item.itunes?.author,
    ]),
    published: firstDate([item.pubDate, ...dublinCoreDates(item.dcterms, item.dc), item.atom?.published], context),
    updated: firstDate([item.atom?.updated, ...(item.dcterms?.modified ?? [])], context),
    language: firstLanguage([...(item.dc?.languages ?? []), item.xml?.lang, feed.language ?? undefined], context),
    categories: distinct([
      ...(item.categories ?? []).map(({ name }) => name),
      ...(item.dc?.subjects ?? []),
      ...(item.media?.categories ?? []).map(({ label, name }) => label ?? name),
    ]),
    images: imagesOf(
      [
        ...mediaImages(item.media),
        ...enclosures.filter(({ type }) => isImage(type)).map(({ url }) => ({ url })),
        { url: item.itunes?.image },
      ],
      base,
    ),
    feedTitle: feed.title,
  };
}

/** RSS 2.0: a guid is the entry's address unless `isPermaLink` says otherwise; trusted only where there is no link and it is an absolute address. */
function itemLink(item: RssFeed.Item<string>, base: string | null, context: ReadingContext): string | null {
  const alternate = item.atom?.links?.find(({ rel }) => rel === undefined || rel === 'alternate')?.href;
  const link = linkOf(item.link ?? alternate, base, context);
  if (link !== null || item.guid?.isPermaLink === false) return link;
  return resolveAddress(item.guid?.value, null);
}
