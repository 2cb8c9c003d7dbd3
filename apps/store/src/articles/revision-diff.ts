import { HASHED_FIELDS, orNull, uuid } from '@khabar/contracts';
import { diffWords } from '@khabar/diff';
import { type Static, Type } from 'typebox';
import { type RevisionView, articleViewExample } from './article-view.ts';

/** Texts, in the order in which one reads them; what differs is told word for word. */
const TEXTS = ['title', 'kicker', 'summary', 'body'] as const;

/** What differs here is told as it was and as it is: all else that an article's hashes are made of, but whether its page is gone, which is no text's. */
const VALUES = HASHED_FIELDS.filter(
  (field) =>
    field !== 'title' &&
    field !== 'kicker' &&
    field !== 'summary' &&
    field !== 'body' &&
    field !== 'html' &&
    field !== 'gone',
);

const StretchSchema = Type.Object(
  {
    op: Type.Enum(['same', 'removed', 'added']),
    text: Type.String({ minLength: 1 }),
  },
  { title: 'Stretch' },
);

/** What a revision changed. */
export const RevisionDiffSchema = Type.Object(
  {
    id: uuid("The article's id"),
    revision: Type.Integer({ minimum: 1 }),
    against: orNull(
      Type.Integer({ minimum: 1, description: 'The revision that it is compared with; null of the first' }),
    ),
    texts: Type.Array(
      Type.Object({
        field: Type.Enum([...TEXTS, 'html']),
        changes: Type.Array(StretchSchema, {
          description: 'Without what is added the old text, without what is removed the new one',
        }),
      }),
      { description: 'Texts that differ; html, as its source, only where body is the same' },
    ),
    values: Type.Array(Type.Object({ field: Type.Enum([...VALUES]), before: Type.Unknown(), after: Type.Unknown() }), {
      description: 'The other fields that differ; before is null of the first revision',
    }),
  },
  { title: 'RevisionDiff' },
);

/** See {@link RevisionDiffSchema}. */
export type RevisionDiff = Static<typeof RevisionDiffSchema>;

/** What a revision changed against another one, or against nothing. */
export function diffRevisions(before: RevisionView | null, after: RevisionView): RevisionDiff {
  const fields = before?.body === after.body ? [...TEXTS, 'html' as const] : TEXTS;
  const texts = fields
    .filter((field) => (before?.[field] ?? '') !== (after[field] ?? ''))
    .map((field) => ({ field, changes: changesOf(before?.[field] ?? '', after[field] ?? '') }));
  const values = VALUES.map((field) => ({ field, before: before?.[field] ?? null, after: after[field] })).filter(
    (value) => JSON.stringify(value.before) !== JSON.stringify(value.after),
  );
  return { id: after.id, revision: after.revision, against: before?.revision ?? null, texts, values };
}

function changesOf(before: string, after: string): RevisionDiff['texts'][number]['changes'] {
  return diffWords(before, after).filter(({ text }) => text !== '');
}

/** For the API's documentation. */
export const revisionDiffExample: RevisionDiff = {
  id: articleViewExample.id,
  revision: 2,
  against: 1,
  texts: [
    {
      field: 'title',
      changes: [
        { op: 'same', text: 'Rain ' },
        { op: 'removed', text: 'nears' },
        { op: 'added', text: 'reaches' },
        { op: 'same', text: ' the coast' },
      ],
    },
  ],
  values: [{ field: 'tags', before: [], after: ['weather'] }],
};
