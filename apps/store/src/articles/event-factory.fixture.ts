import {
  type Article,
  articleEvent,
  articleExample,
  articleHashes,
  type CloudEvent,
  rawEventId,
  sourceId,
} from '@khabar/contracts';

/** What of an article a test cares about; `extraction` may be given in part. */
export type ArticleParts = Partial<Omit<Article, 'extraction'>> & { extraction?: Partial<Article['extraction']> };

/** An event of `news.articles.v1` for tests: the contract's example with these parts, and the hashes and ids that follow from them. */
export function makeArticleEvent(parts: ArticleParts = {}, traceparent?: string): CloudEvent<'news.articles.v1'> {
  const { extraction, ...rest } = parts;
  const article: Article = {
    ...articleExample,
    ...(parts.gone && { title: null, body: null, headings: [], wordCount: 0, fingerprint: null }),
    ...rest,
    extraction: { ...articleExample.extraction, ...extraction },
  };
  Object.assign(article, articleHashes(article));
  const raw = { id: article.rawId, contentHash: article.contentHash, fetchedAt: article.fetchedAt };
  return articleEvent(article, rawEventId(raw), traceparent);
}

/** An id of its own for each name. */
export function idOf(name: string): string {
  return sourceId('push', `https://example.org/${name}`);
}
