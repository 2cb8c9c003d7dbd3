import type { HashedFields } from '@khabar/contracts';
import { searchConfiguration, searchText } from './search-text.ts';

/** What an article says: all that its two hashes are made of. A form that shows no text (gone) is never stored as one. */
export type ArticleText = Omit<HashedFields, 'gone'>;

/** A text as it is given to the search index. */
export interface Searchable {
  readonly configuration: string;
  readonly title: string;
  readonly lead: string;
  readonly body: string;
}

/** Search sees this much of a body: a `tsvector` holds 1 MiB, and a text beyond this size is none that somebody wrote. In characters. */
export const SEARCHED_BODY_LENGTH = 80_000;

const SEARCHED_TITLE_LENGTH = 2_000;
const SEARCHED_LEAD_LENGTH = 8_000;

/** The parts of a text that are searched. */
export type SearchedText = Pick<
  ArticleText,
  'title' | 'kicker' | 'summary' | 'section' | 'authors' | 'agencies' | 'tags' | 'body' | 'language'
>;

/** What of a text is searched: its title before its lead (labels, standfirst, names, tags) before its body. */
export function searchable(text: SearchedText): Searchable {
  const lead = [text.kicker, text.summary, text.section, ...text.authors, ...text.agencies, ...text.tags];
  const body = text.body?.slice(0, SEARCHED_BODY_LENGTH) ?? '';
  return {
    configuration: searchConfiguration(text.language),
    title: searchText(text.title ?? '').slice(0, SEARCHED_TITLE_LENGTH),
    lead: searchText(lead.filter((part) => part !== null).join('\n')).slice(0, SEARCHED_LEAD_LENGTH),
    body: searchText(body).slice(0, SEARCHED_BODY_LENGTH),
  };
}

/** Whether Postgres can hold every text in a value: none with U+0000 or half a surrogate pair. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  for (const part of Object.values(value)) if (!isStorable(part)) return false;
  return true;
}
