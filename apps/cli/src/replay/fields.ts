import { HASHED_FIELDS, type Article } from '@khabar/contracts';

/** What of an article is compared: all that its two hashes are made of, of one that is there, and how it was read. */
export const FIELDS = [...HASHED_FIELDS.filter((field) => field !== 'gone'), 'how'] as const;

/** See {@link FIELDS}. */
export type Field = (typeof FIELDS)[number];

/** What became of a field: it has another value, has one for the first time, has none any more, or is as it was. */
export type FieldChange = 'changed' | 'gained' | 'lost' | 'unchanged';

/** A field's value as one text, empty where there is none; equal texts are equal values. */
export function fieldText(article: Article, field: Field): string {
  if (field === 'how') return article.extraction.how;
  if (field === 'images')
    return article.images.map((image) => Object.values(image).filter(Boolean).join(' ')).join('\n');
  const value = article[field];
  return Array.isArray(value) ? value.join('\n') : (value ?? '');
}

/** See {@link FieldChange}. */
export function changeOf(before: string, after: string): FieldChange {
  if (before === after) return 'unchanged';
  if (before === '') return 'gained';
  return after === '' ? 'lost' : 'changed';
}
