import { isPlace } from '../lexicon/places.ts';
import { phraseKey } from '../lexicon/phrase-list.ts';
import { KICKERS, VERBS_AT_END } from '../lexicon/kickers.ts';
import { columns } from './lines.ts';

/** A paragraph and the label before it. */
export interface Labelled {
  readonly label: string | null;
  readonly text: string;
}

const LONGEST_LABEL = 50;
const MOST_WORDS_OF_A_LABEL = 6;
/** A label stands before a text, not before half a sentence. In columns. */
const SHORTEST_TEXT = 50;

/**
 * Takes a label such as "China Russia:" off a standfirst or a lead. A colon alone makes no label: what stands before it must be a name
 * of a matter (in title case, in another script than the text, or, where letters have no case, a few words that end in no verb), no
 * place (a dateline stays), and no one who speaks.
 */
export function splitLabel(text: string, where: 'standfirst' | 'lead'): Labelled {
  const found = /^([^:：.!?।۔。,،"“«(（]{2,50}?)\s?[:：]\s*(\S.*)$/su.exec(text);
  const label = found?.[1]?.trim() ?? '';
  const rest = found?.[2] ?? '';
  return found !== null && isLabel(label, rest, where) ? { label, text: rest } : { label: null, text };
}

function isLabel(label: string, rest: string, where: 'standfirst' | 'lead'): boolean {
  const words = label.split(/\s+/);
  if (label.length > LONGEST_LABEL || words.length > MOST_WORDS_OF_A_LABEL || columns(rest) < SHORTEST_TEXT)
    return false;
  if (/^["“”«»„'‘’「『]/u.test(rest) || isPlace(label) || /\p{Nd}$/u.test(label)) return false;
  if (KICKERS.has(phraseKey(label))) return true;
  if (hasCase(label) && !hasCase(rest.replace(/[\p{Script=Latin}]/gu, ''))) {
    if (!/\p{Script=Latin}{3}/u.test(rest.slice(0, 200)) || scriptOf(label) !== scriptOf(rest)) return true; // a Latin label on another script's text
  }
  if (hasCase(label)) {
    if (label === label.toUpperCase()) return where === 'standfirst' && words.length > 1; // capitals are a dateline's
    return words.length >= 2 && words.every(isCapitalised) && /^[\p{Lu}\p{Nd}]/u.test(rest);
  }
  return words.length >= 2 && words.length <= 4 && !VERBS_AT_END.has(phraseKey(words.at(-1)!));
}

// Small words are in lower case even in titles, save at the beginning.
function isCapitalised(word: string, at: number): boolean {
  return /^[\p{Lu}\p{Nd}]/u.test(word) || (at > 0 && word.length <= 3) || !/\p{Ll}/u.test(word);
}

function hasCase(text: string): boolean {
  return text.toLowerCase() !== text.toUpperCase();
}

function scriptOf(text: string): string {
  let latin = 0;
  let other = 0;
  for (const [letter] of text.slice(0, 300).matchAll(/\p{L}/gu)) {
    if (/\p{Script=Latin}/u.test(letter)) latin += 1;
    else other += 1;
  }
  return latin >= other ? 'latin' : 'other';
}
