import { Type, type Static } from 'typebox';
import { articleExample } from './article.ts';
import { compileValidator, instant, orNull, sha256, uuid } from './schema.ts';

/** Data of `news.changes.v1`: what became of one article in the store. The text is fetched by id where it is wanted. */
export const ArticleChangeSchema = Type.Object(
  {
    id: uuid("The article's id"),
    kind: Type.Enum(['created', 'revised', 'withdrawn', 'clustered']),
    reason: orNull(
      Type.String({
        pattern: '^[a-z][a-z-]*$',
        description:
          'Of revised: text (title or body changed) or metadata (only the rest); of withdrawn: gone, superseded, expired (no longer kept), erased; else null',
      }),
    ),
    revision: Type.Integer({ minimum: 1, description: 'Number of the revision, in order of arrival' }),
    contentHash: orNull(sha256()),
    clusterId: orNull(uuid('Of articles that tell the same news in the same words; null when it is in no cluster')),
    storedAt: instant(),
  },
  { $id: 'urn:khabar:schema:news.changes.v1', title: 'ArticleChange' },
);

/** See {@link ArticleChangeSchema}. */
export type ArticleChange = Static<typeof ArticleChangeSchema>;

/** Compiled form of {@link ArticleChangeSchema}. */
export const articleChangeValidator = compileValidator('article change', ArticleChangeSchema);

/** A change for documentation and tests. */
export const articleChangeExample: ArticleChange = {
  id: articleExample.id,
  kind: 'created',
  reason: null,
  revision: 1,
  contentHash: articleExample.contentHash,
  clusterId: null,
  storedAt: '2026-03-14T09:30:01.250Z',
};
