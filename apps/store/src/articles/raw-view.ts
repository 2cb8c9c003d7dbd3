import { instant, orNull, uuid } from '@khabar/contracts';
import { type Static, Type } from 'typebox';
import { type ArticleView, ArticleViewSchema, articleViewExample } from './article-view.ts';
import type { RawState } from './merge.ts';

const moment = {
  fetchedAt: instant('Of the newest fetch that says so'),
  parserVersion: Type.Integer({ minimum: 1, description: 'Of the newest parser that read that fetch' }),
};

/** What became of a raw article. */
export const RawViewSchema = Type.Object(
  {
    rawId: uuid(),
    made: orNull(
      Type.Object(
        { articleId: uuid(), ...moment },
        { description: 'The article that it made; null while none is known' },
      ),
    ),
    gone: orNull(Type.Object(moment, { description: 'When its page was found to be gone; null when it never was' })),
    article: orNull(ArticleViewSchema),
    erased: Type.Boolean({ description: 'Its article was erased for good: nothing that comes of it is stored' }),
  },
  { title: 'RawArticleState' },
);

/** See {@link RawViewSchema}. */
export type RawView = Static<typeof RawViewSchema>;

/** What became of several raw articles, in no order. */
export const RawViewListSchema = Type.Object({ items: Type.Array(RawViewSchema) }, { title: 'RawArticleStates' });

/** See {@link RawViewListSchema}. */
export type RawViewList = Static<typeof RawViewListSchema>;

/** For the API's documentation. */
export const rawViewExample: RawView = {
  rawId: articleViewExample.rawId,
  made: {
    articleId: articleViewExample.id,
    fetchedAt: articleViewExample.fetchedAt,
    parserVersion: articleViewExample.extraction.parserVersion,
  },
  gone: null,
  article: articleViewExample,
  erased: false,
};

/** The state of a raw article with the article that it made, as that is shown now: perhaps by another raw article. */
export function rawViewOf({ rawId, made, gone }: RawState, articles: ReadonlyMap<string, ArticleView>): RawView {
  if (made === null) return { rawId, made: null, gone, article: null, erased: false };
  const { articleId, fetchedAt, parserVersion } = made;
  const article = articles.get(articleId) ?? null;
  return { rawId, made: { articleId, fetchedAt, parserVersion }, gone, article, erased: false };
}

/** What is told of a raw article that was erased with its article. */
export function erasedRawView(rawId: string): RawView {
  return { rawId, made: null, gone: null, article: null, erased: true };
}
