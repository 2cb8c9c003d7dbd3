import type { FeedEntry } from '@khabar/contracts';
import type { RdfFeed } from 'feedsmith';
import { baseWithin, resolveAddress } from './address.ts';
import {
  type FeedReading,
  type ReadingContext,
  distinct,
  dublinCoreDates,
  firstDate,
  firstLanguage,
  imagesOf,
  linkOf,
  mediaImages,
  orNone,
  titleOf,
} from './parts.ts';

/** RSS 0.90 and 1.0, which are RDF, in the contract's words: Dublin Core tells what RSS 2.0 has elements of its own for. */
export function readRdf(channel: RdfFeed.Feed<string>, context: ReadingContext): FeedReading {
  const outer = baseWithin(channel.xml?.base, context.url);
  const feed = {
    title: titleOf(channel.title),
    description: titleOf(channel.description),
    link: resolveAddress(channel.link, outer),
    language: firstLanguage([...(channel.dc?.languages ?? []), channel.xml?.lang], context),
  };
  const base = channel.xml?.base === undefined ? (feed.link ?? outer) : outer;
  return { feed, entries: (channel.items ?? []).map((item) => readItem(item, feed, base, context)) };
}

function readItem(
  item: RdfFeed.Item<string>,
  feed: FeedReading['feed'],
  outer: string | null,
  context: ReadingContext,
): FeedEntry {
  const base = baseWithin(item.xml?.base, outer);
  const about = orNone(item.rdf?.about);
  return {
    guid: about ?? orNone(item.dc?.identifiers?.[0]),
    link: linkOf(item.link, base, context) ?? resolveAddress(about, null),
    linkShared: false,
    title: titleOf(item.title ?? item.dc?.titles?.[0]),
    summary: orNone(item.description) ?? orNone(item.dc?.descriptions?.[0]),
    content: orNone(item.content?.encoded),
    authors: distinct(item.dc?.creators ?? []),
    published: firstDate(dublinCoreDates(item.dcterms, item.dc), context),
    updated: firstDate(item.dcterms?.modified ?? [], context),
    language: firstLanguage([...(item.dc?.languages ?? []), item.xml?.lang, feed.language ?? undefined], context),
    categories: distinct(item.dc?.subjects ?? []),
    images: imagesOf(mediaImages(item.media), base),
    feedTitle: feed.title,
  };
}
