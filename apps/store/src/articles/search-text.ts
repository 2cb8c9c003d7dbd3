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

/** Which stemmers a query in a script may mean, where nobody says its language. */
const BY_SCRIPT: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\p{sc=Devanagari}/u, ['hindi', 'nepali']],
  [/\p{sc=Arabic}/u, ['arabic']],
  [/\p{sc=Cyrillic}/u, ['russian', 'serbian']],
  [/\p{sc=Greek}/u, ['greek']],
  [/\p{sc=Tamil}/u, ['tamil']],
  [/\p{sc=Armenian}/u, ['armenian']],
  [/\p{sc=Hebrew}/u, ['yiddish']],
  [/\p{sc=Latin}/u, ['english', 'spanish', 'french', 'german', 'portuguese']],
];

/** The configuration by which a text in a language is stemmed. */
export function searchConfiguration(language: string | null): string {
  return CONFIGURATIONS[primaryLanguage(language ?? '')] ?? 'simple';
}

/** The primary subtag of a language tag (RFC 5646, 2.2.1), in lower case. */
export function primaryLanguage(tag: string): string {
  return tag.split('-', 1)[0]!.toLowerCase();
}

/** The configurations by which a query is understood: words as they are, and stemmed as the articles' languages stem them. */
export function queryConfigurations(query: string, language: string | null): string[] {
  const stemmers =
    language === null
      ? BY_SCRIPT.filter(([script]) => script.test(query)).flatMap(([, names]) => names)
      : [searchConfiguration(language)];
  return [...new Set(['simple', ...stemmers])];
}

/** Runs of scripts that write no spaces between words. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]+/gu;

/** A letter with the marks upon it. */
const LETTER = /\P{M}\p{M}*|\p{M}+/gu;

/**
 * A text as it is indexed: in one spelling ({@link foldText}). What is written without spaces is cut into
 * overlapping pairs of letters, so that any part of it is a phrase of such pairs.
 */
export function searchText(text: string): string {
  return foldText(text).replace(UNSPACED, (run) => ` ${[...pairs(run), lastLetter(run)].join(' ')} `);
}

/** A part of a query as {@link searchText} has it: what is written without spaces is a phrase of pairs. */
export function searchPhrase(text: string): string {
  return foldText(text).replace(UNSPACED, (run) => ` ${pairs(run).join(' ') || run} `);
}

/** Whether a text is one letter of a script without spaces: in the index, the beginning of a pair. */
export function isSingleLetter(text: string): boolean {
  return text.match(UNSPACED)?.[0] === text && text.match(LETTER)?.length === 1;
}

function pairs(run: string): string[] {
  const letters = run.match(LETTER) ?? [];
  return letters.slice(1).map((letter, at) => letters[at]! + letter);
}

function lastLetter(run: string): string {
  return run.match(LETTER)?.at(-1) ?? '';
}
