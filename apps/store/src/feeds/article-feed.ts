import type { WrittenEntry, WrittenFeed } from '@khabar/feeds';
import { v5 as uuidv5 } from 'uuid';
import type { QueryParameters } from '../articles/article-query.ts';
import type { ArticlePage, ArticleView } from '../articles/article-view.ts';

/** A feed that has nothing in it was last changed at no time that anybody knows. */
const NEVER = '1970-01-01T00:00:00.000Z';

/** Parameters that say which page, and not of what. */
const PAGING = new Set(['cursor', 'limit']);

/** Where a feed is read. */
export interface FeedAddress {
  /** Where readers reach the store, without a path. */
  readonly origin: string;
  readonly path: string;
  readonly parameters: QueryParameters;
}

/** One page of a list of articles as one page of a feed. The feed is the same one for every page and format, and another for another query. */
export function articleFeed(
  { items, nextCursor }: ArticlePage,
  { origin, path, parameters }: FeedAddress,
): WrittenFeed {
  const asked = Object.entries(parameters).filter((one): one is [string, string] => one[1] !== '');
  const query = asked.filter(([name]) => !PAGING.has(name)).sort();
  const hasCursor = asked.some(([name]) => name === 'cursor');
  const page = (changed: Record<string, string | null>) => {
    const url = new URL(path, origin);
    const wanted = new Map<string, string | null>([...asked, ...Object.entries(changed)]);
    for (const [name, value] of wanted) if (value !== null) url.searchParams.set(name, value);
    return url.href;
  };
  const newest = items.map(({ storedAt }) => storedAt).sort();
  return {
    id: `urn:uuid:${uuidv5(`${origin}/api/v1/articles?${new URLSearchParams(query)}`, uuidv5.URL)}`,
    title: ['Khabar', query.map(([name, value]) => `${name} ${value}`).join(', ')]
      .filter((part) => part !== '')
      .join(': '),
    siteUrl: `${origin}/`,
    selfUrl: page({}),
    firstUrl: hasCursor ? page({ cursor: null }) : null,
    nextUrl: nextCursor === null ? null : page({ cursor: nextCursor }),
    updated: newest.at(-1) ?? NEVER,
    entries: items.map((article) => entryOf(article, origin)),
  };
}

function entryOf(article: ArticleView, origin: string): WrittenEntry {
  // an article of a file has no address but the one that we give it
  const url = article.canonicalUrl ?? article.url ?? `${origin}/api/v1/articles/${article.id}`;
  return {
    id: `urn:uuid:${article.id}`,
    url,
    title: article.title,
    summary: article.summary,
    html: article.html ?? null,
    text: article.body,
    authors: article.authors,
    publisher: article.agencies[0] ?? new URL(url).hostname,
    categories: [...new Set([...(article.section === null ? [] : [article.section]), ...article.tags])],
    published: article.publishedAt,
    updated: article.storedAt,
    language: article.language,
    images: article.images,
  };
}
