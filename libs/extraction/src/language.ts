import { letterScores } from './letter-statistics.ts';
import { LANGUAGES_OF_SCRIPT, LATIN_RIVALS, TELLING_WORDS } from './lexicon/languages.ts';

/** So much of a text says its language; more would only cost time. In UTF-16 units. */
const SAMPLE_LENGTH = 3000;
const SCRIPT_NAMES = Object.keys(LANGUAGES_OF_SCRIPT);
const SCRIPTS = SCRIPT_NAMES.map((name) => new RegExp(`^\\p{Script=${name}}$`, 'u'));

/**
 * The language of a text (BCP 47 primary tag), or null where it has too few letters to say. The script decides what is possible, then
 * the words that only one of its languages uses, then letter statistics; what the input claims breaks ties only.
 */
export function languageOf(text: string, claimed: string | null): string | null {
  const sample = text.slice(0, SAMPLE_LENGTH).toWellFormed();
  const script = mainScript(sample);
  const claim = primaryTag(claimed);
  if (script === null) return claim;
  const possible: readonly string[] = LANGUAGES_OF_SCRIPT[script]!;
  if (possible.length === 1) return possible[0]!;
  const told = byTellingWords(wordsOf(sample), possible);
  if (told !== null) return told;
  const scores = [...letterScores(sample)].filter(([language]) => possible.includes(language));
  if (scores.length === 0) return claim !== null && possible.includes(claim) ? claim : null;
  const [best, bestScore] = scores.reduce((a, b) => (b[1] > a[1] ? b : a));
  const ofClaim = scores.find(([language]) => language === claim)?.[1] ?? 0;
  return claim !== null && ofClaim > bestScore * 0.9 ? claim : unlessRival(best, wordsOf(sample));
}

/** The primary subtag of a language tag in lower case, or null where it is none. */
export function primaryTag(tag: string | null): string | null {
  const primary = /^\s*([a-z]{2,3})(?:[-_]|\s*$)/i.exec(tag ?? '')?.[1]?.toLowerCase() ?? null;
  return primary === 'und' || primary === 'mul' || primary === 'zxx' ? null : primary;
}

// Japanese is Han and kana together: any share of kana that is more than a quoted name makes it so.
function mainScript(text: string): string | null {
  const counts = new Array<number>(SCRIPTS.length).fill(0);
  for (const [letter] of text.matchAll(/\p{L}/gu)) {
    const at = SCRIPTS.findIndex((script) => script.test(letter));
    if (at >= 0) counts[at]! += 1;
  }
  const of = (name: string) => counts[SCRIPT_NAMES.indexOf(name)] ?? 0;
  const kana = of('Hiragana') + of('Katakana');
  if (kana > 0 && kana * 5 > of('Han')) counts[SCRIPT_NAMES.indexOf('Hiragana')]! += of('Han') + of('Katakana');
  const most = Math.max(...counts);
  return most === 0 ? null : SCRIPT_NAMES[counts.indexOf(most)]!;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\u200c\u200d]+/gu) ?? [];
}

function unlessRival(language: string, words: readonly string[]): string {
  const rival = LATIN_RIVALS[language]?.find((candidate) => {
    const speaking = words.filter((word) => candidate.words.has(word)).length;
    return speaking >= 2 && speaking > words.filter((word) => candidate.not.has(word)).length * 2;
  });
  return rival?.language ?? language;
}

function byTellingWords(words: readonly string[], possible: readonly string[]): string | null {
  const counts = possible.map((language) => {
    const telling = TELLING_WORDS[language];
    return telling === undefined ? 0 : words.filter((word) => telling.has(word)).length;
  });
  const most = Math.max(...counts);
  const second = Math.max(...counts.filter((_, at) => at !== counts.indexOf(most)), 0);
  return most >= 2 && most >= second * 2 ? possible[counts.indexOf(most)]! : null;
}
