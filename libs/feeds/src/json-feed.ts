import type { FeedEntry } from '@khabar/contracts';
import type { JsonFeed } from 'feedsmith';
import { resolveAddress } from './address.ts';
import {
  type FeedReading,
  type ReadingContext,
  distinct,
  firstDate,
  firstLanguage,
  imagesOf,
  isImage,
  linkOf,
  orNone,
} from './parts.ts';
import { htmlOfText, oneLine } from './plain-text.ts';

/** JSON Feed 1.0 and 1.1 in the contract's words: its titles and summaries are plain text. */
export function readJsonFeed(found: JsonFeed.Feed<string>, context: ReadingContext): FeedReading {
  const feed = {
    title: lineOf(found.title),
    description: lineOf(found.description),
    link: resolveAddress(found.home_page_url, context.url),
    language: firstLanguage([found.language], context),
  };
  return { feed, entries: (found.items ?? []).map((item) => readItem(item, found, feed, context)) };
}

function readItem(
  item: JsonFeed.Item<string>,
  found: JsonFeed.Feed<string>,
  feed: FeedReading['feed'],
  context: ReadingContext,
): FeedEntry {
  const base = feed.link ?? context.url;
  const text = orNone(item.content_text);
  const summary = orNone(item.summary);
  const pictures = (item.attachments ?? []).filter(({ mime_type }) => isImage(mime_type));
  return {
    guid: orNone(item.id),
    link: linkOf(item.url ?? item.external_url, base, context),
    linkShared: false,
    title: lineOf(item.title),
    summary: summary === null ? null : htmlOfText(summary),
    content: orNone(item.content_html) ?? (text === null ? null : htmlOfText(text)),
    authors: distinct((item.authors ?? found.authors ?? []).map(({ name, url }) => name ?? url)),
    published: firstDate([item.date_published], context),
    updated: firstDate([item.date_modified], context),
    language: firstLanguage([item.language, feed.language ?? undefined], context),
    categories: distinct(item.tags ?? []),
    images: imagesOf(
      [{ url: item.image }, { url: item.banner_image }, ...pictures.map(({ url, title }) => ({ url, alt: title }))],
      base,
    ),
    feedTitle: feed.title,
  };
}

function lineOf(text: string | undefined): string | null {
  return text === undefined ? null : oneLine(text) || null;
}
