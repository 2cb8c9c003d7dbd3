import { asciiDigits } from './clean-text.ts';
import type { FoundDate } from './dates.ts';
import { PhraseList, phraseKey } from './lexicon/phrase-list.ts';
import { RELATIVE_WORDS, type RelativeWords } from './lexicon/relative-dates.ts';

const MINUTE = 60_000;
const UNITS = {
  minute: MINUTE,
  hour: 60 * MINUTE,
  day: 1440 * MINUTE,
  week: 7 * 1440 * MINUTE,
  month: 30 * 1440 * MINUTE,
};
type Unit = keyof typeof UNITS;

const LONGEST_RELATIVE_DATE = 60;
const PATTERNS = Object.values(RELATIVE_WORDS).map(patternsOf);

/** "yesterday at 17:05": without a zone the hour says nothing that could be used. */
const TIME_OF_DAY =
  /[\s,]+(?:(?:at|um|à|a las|às|alle|kl\.?|om|в|о|saat|pukul|को|ला)\s+)?\p{Nd}{1,2}[:.h]\p{Nd}{2}(?:\s?[ap]\.?m\.?|\s?Uhr)?$/iu;

/** A word of each relative date; whatever has none is no such date, and most lines have none. */
const UNIT_WORDS = new PhraseList(
  Object.values(RELATIVE_WORDS).flatMap(({ minute, hour, day, week, month, now, today, yesterday }) =>
    [minute, hour, day, week, month, now, today, yesterday].flatMap((words) => words.split('|')),
  ),
);

/**
 * Reads how long ago something was ("2 घंटे पहले", "hace 3 horas", "yesterday") against the time of the fetch. As exact as such words are,
 * so the precision is `guessed`. The text must be nothing else.
 */
export function parseRelativeDate(text: string, fetchedAt: string): FoundDate | null {
  if (text.length > LONGEST_RELATIVE_DATE) return null;
  const key = asciiDigits(text.replace(TIME_OF_DAY, ''))
    .split(/(\d+)/)
    .map((part) => (/^\d+$/.test(part) ? part : ` ${phraseKey(part)} `))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  if (!UNIT_WORDS.isIn(key.replace(/\d+/g, ' '))) return null;
  for (const { ago, near } of PATTERNS) {
    const distance = near(key) ?? ago(key);
    if (distance !== null) {
      return { at: new Date(Date.parse(fetchedAt) - distance).toISOString(), offset: null, precision: 'guessed' };
    }
  }
  return null;
}

interface Pattern {
  readonly ago: (key: string) => number | null;
  readonly near: (key: string) => number | null;
}

function patternsOf(words: RelativeWords): Pattern {
  const keys = (list: string) =>
    list
      .split('|')
      .map(phraseKey)
      .filter((word) => word !== '');
  const group = (list: string) =>
    keys(list)
      .sort((a, b) => b.length - a.length)
      .join('|') || '$^';
  const units = (Object.keys(UNITS) as Unit[]).map((unit) => `(?<${unit}>${group(words[unit])})`).join('|');
  const before = words.before === '' ? '' : `(?<before>(?:${group(words.before)}) ?)?`;
  const after = words.after === '' ? '' : `(?<after> ?(?:${group(words.after)}))?`;
  const pattern = new RegExp(`^${before}(?:(?<count>\\d{1,3}) ?|(?:${group(words.one)}) |)(?:${units})${after}$`, 'u');
  const near = new Map<string, number>();
  for (const word of [...keys(words.now), ...keys(words.today)]) near.set(word, 0);
  for (const word of keys(words.yesterday)) near.set(word, UNITS.day);
  return {
    near: (key) => near.get(key) ?? null,
    ago: (key) => {
      const groups = pattern.exec(key)?.groups;
      if (groups === undefined || (groups['before'] === undefined && groups['after'] === undefined)) return null;
      const unit = (Object.keys(UNITS) as Unit[]).find((name) => groups[name] !== undefined)!;
      return Number(groups['count'] ?? 1) * UNITS[unit];
    },
  };
}
