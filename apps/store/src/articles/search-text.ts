import { foldText } from './fold-text.ts';

/**
 * The text search configurations of Postgres 18 by BCP 47 primary language. Languages without one are searched by whole words
 * (`simple`).
 */
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  ar: 'arabic',
  hy: 'armenian',
  eu: 'basque',
  ca: 'catalan',
  da: 'danish',
  nl: 'dutch',
  en: 'english',
  et: 'estonian',
  fi: 'finnish',
  fr: 'french',
  de: 'german',
  el: 'greek',
  hi: 'hindi',
  hu: 'hungarian',
  id: 'indonesian',
  ga: 'irish',
  it: 'italian',
  lt: 'lithuanian',
  ne: 'nepali',
  nb: 'norwegian',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  es: 'spanish',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
  yi: 'yiddish',
};

const OTHER_SCRIPTS = 'arabic armenian greek hindi nepali russian serbian tamil yiddish'.split(' ');
const LATIN = [...new Set(Object.values(CONFIGURATIONS))].filter((name) => !OTHER_SCRIPTS.includes(name));

/** Which stemmers a query in a script may mean, where nobody says its language: an article is indexed as its own language alone stems it. */
const BY_SCRIPT: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\p{sc=Devanagari}/u, ['hindi', 'nepali']],
  [/\p{sc=Arabic}/u, ['arabic']],
  [/\p{sc=Cyrillic}/u, ['russian', 'serbian']],
  [/\p{sc=Greek}/u, ['greek']],
  [/\p{sc=Tamil}/u, ['tamil']],
  [/\p{sc=Armenian}/u, ['armenian']],
  [/\p{sc=Hebrew}/u, ['yiddish']],
  [/\p{sc=Latin}/u, LATIN],
];

/** The configuration by which a text in a language is stemmed. */
export function searchConfiguration(language: string | null): string {
  return CONFIGURATIONS[primaryLanguage(language ?? '')] ?? 'simple';
}

/** The primary subtag of a language tag (RFC 5646, 2.2.1), in lower case. */
export function primaryLanguage(tag: string): string {
  return tag.split('-', 1)[0]!.toLowerCase();
}

/** The configurations by which a query is understood: that of the articles' language, else all that articles in its script may have. */
export function queryConfigurations(query: string, language: string | null): string[] {
  if (language !== null) return [searchConfiguration(language)];
  return ['simple', ...BY_SCRIPT.filter(([script]) => script.test(query)).flatMap(([, names]) => names)];
}

/** Runs of scripts that write no spaces between words. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]+/gu;

/** Asked first, for it takes a fraction of the time: the first of these scripts is Thai. */
const MAY_BE_UNSPACED = /[\u0e00-\uffff]/;

/** A letter with the marks upon it. */
const LETTER = /\P{M}\p{M}*|\p{M}+/gu;

/**
 * A text as it is indexed: in one spelling ({@link foldText}). What is written without spaces is cut into
 * overlapping pairs of letters, so that any part of it is a phrase of such pairs.
 */
export function searchText(text: string): string {
  const folded = foldText(text);
  if (!MAY_BE_UNSPACED.test(folded)) return folded;
  return folded.replace(UNSPACED, (run) => ` ${[...pairs(run), lastLetter(run)].join(' ')} `);
}

/** A part of a query as {@link searchText} has it: what is written without spaces is a phrase of pairs. */
export function searchPhrase(text: string): string {
  return foldText(text).replace(UNSPACED, (run) => ` ${pairs(run).join(' ') || run} `);
}

/** Whether a text is one letter of a script without spaces: in the index, the beginning of a pair. */
export function isSingleLetter(text: string): boolean {
  return text.match(UNSPACED)?.[0] === text && text.match(LETTER)?.length === 1;
}

/** Whether the last letter of a text is of a script without spaces. */
export function endsUnspaced(text: string): boolean {
  return unspacedRuns(text).at(-1)?.isUnspaced ?? false;
}

/** A part of a text. */
export interface Run {
  readonly start: number;
  readonly piece: string;
  /** Written without spaces between words; the others are what stands between such runs. */
  readonly isUnspaced: boolean;
}

/** A text cut where scripts without spaces begin and end. */
export function unspacedRuns(text: string): Run[] {
  const runs: Run[] = [];
  let at = 0;
  for (const { 0: piece, index } of text.matchAll(UNSPACED)) {
    if (index > at) runs.push({ start: at, piece: text.slice(at, index), isUnspaced: false });
    runs.push({ start: index, piece, isUnspaced: true });
    at = index + piece.length;
  }
  if (at < text.length) runs.push({ start: at, piece: text.slice(at), isUnspaced: false });
  return runs;
}

/** The character of which the UTF-16 unit at a place is a half; null where the other half is missing. */
export function characterOfHalf(text: string, at: number): string | null {
  const isSecond = text.charCodeAt(at) >= 0xdc00;
  const codePoint = text.codePointAt(isSecond ? at - 1 : at);
  return codePoint !== undefined && codePoint > 0xffff ? String.fromCodePoint(codePoint) : null;
}

/** Letters, each with the marks upon it. */
export function letters(run: string): string[] {
  return run.match(LETTER) ?? [];
}

function pairs(run: string): string[] {
  const all = letters(run);
  return all.slice(1).map((letter, at) => all[at]! + letter);
}

function lastLetter(run: string): string {
  return letters(run).at(-1) ?? '';
}

/** Letters and digits with the marks upon them; in a text as {@link searchText} has it. */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/** In UTF-16 units. Nobody looks for longer words by all their letters, and Postgres takes none of 2 KiB. */
export const LONGEST_WORD = 100;

/**
 * The words of a text as {@link searchText} or {@link searchPhrase} has it, in lower case: all that the index and a query consist of.
 * Each is one word for Postgres's parser too, so that words in a row are a phrase in the same way on both sides.
 */
export function searchWords(text: string): string[] {
  const words = text.toLowerCase().match(WORD) ?? [];
  return words.map((word) => (word.length > LONGEST_WORD ? word.slice(0, LONGEST_WORD) : word));
}
