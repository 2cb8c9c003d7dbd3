import { orNull, uuid } from '@khabar/contracts';
import { type Static, Type } from 'typebox';
import { ArticleViewSchema, articleViewExample } from '../articles/article-view.ts';

/** A cluster as the API shows it. */
export const ClusterViewSchema = Type.Object(
  {
    id: uuid('The smallest id of its articles, and so another one when a smaller comes in'),
    size: Type.Integer({ minimum: 0, description: 'Articles in it that are shown: withdrawn ones are not counted' }),
    representative: orNull(
      Type.Object(ArticleViewSchema.properties, {
        description:
          'The first to tell the news, among those of which most is there: pages before feed entries before summaries; null when all are withdrawn',
      }),
    ),
    items: Type.Array(ArticleViewSchema, { description: 'Its articles, the representative too, newest first' }),
    nextCursor: orNull(Type.String({ description: 'For the next page of items; null on the last' })),
  },
  { title: 'Cluster' },
);

/** See {@link ClusterViewSchema}. */
export type ClusterView = Static<typeof ClusterViewSchema>;

const member = { ...articleViewExample, clusterId: articleViewExample.id };

/** For the API's documentation. */
export const clusterViewExample: ClusterView = {
  id: member.id,
  size: 1,
  representative: member,
  items: [member],
  nextCursor: null,
};
