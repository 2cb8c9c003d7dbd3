import { asciiDigits } from './clean-text.ts';
import { dayOf, instantOf, solarHijriDay, type FoundDate } from './dates.ts';
import { AFTERNOON, DATE_FILLERS, FORENOON, MONTHS, SOLAR_HIJRI_MONTHS, WEEKDAYS, ZONES } from './lexicon/calendar.ts';
import { WordMatcher } from './lexicon/word-matcher.ts';

/** A date in words, and what else stood in the text, in its normal form: empty where it was nothing but a date. */
export interface WordedDate {
  readonly date: FoundDate;
  readonly rest: string;
}

/** A date of one day is no longer than this, with its weekday, time, zone and second calendar. */
const LONGEST_DATE = 120;

/**
 * Reads a date in words or figures of any language: `12 मार्च 2026, 08:15 PM (IST)`, `3 de mayo de 2025`, `２０２６年３月１３日　１８時０５分`. Without
 * a zone only the day is sure. Day and month in figures go by the language; where that leaves both open there is no date.
 */
export function parseWordedDate(text: string, language: string | null): WordedDate | null {
  if (text.length > LONGEST_DATE || !/\p{Nd}/u.test(text)) return null;
  const words = inTokens(text, language);
  const day = findDay(words, language);
  if (day === null) return null;
  const time = findTime(day.rest);
  const zone = /@z([+-]\d{2}:\d{2})/.exec(time.rest)?.[1] ?? null;
  const rest = leftOver(time.rest);
  const { year, month, dayOfMonth } = day;
  const date =
    time.hour === null || zone === null
      ? dayOf(year, month, dayOfMonth)
      : instantOf([year, month, dayOfMonth, time.hour, time.minute, time.second, 0], zone);
  return date === null ? null : { date, rest };
}

const fold = (text: string) =>
  asciiDigits(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/[\u064b-\u0652\u200c-\u200f]/g, '');

const isLetter = (character: string) => /[\p{L}\p{M}]/u.test(character);

/** Replaces words of the calendar; digits may stand right beside them. */
function matcherOf<T>(entries: Iterable<readonly [string, T]>): WordMatcher<T> {
  return new WordMatcher(new Map([...entries].map(([word, value]) => [fold(word), value] as const)), isLetter);
}

const tokenOf = (words: readonly string[], token: string) => words.map((word) => [word, token] as const);

/** Numbers of the months by their words; one word may mean different months in different languages ("listopad"). */
const MONTH_NUMBERS = new Map<string, Map<string, number>>();
for (const [language, months] of Object.entries(MONTHS)) {
  for (const [at, forms] of months.entries()) {
    for (const form of forms.split('|').map(fold)) {
      const numbers = MONTH_NUMBERS.get(form) ?? new Map<string, number>();
      MONTH_NUMBERS.set(form, numbers.set(language, at + 1));
    }
  }
}

const MONTH_WORDS = matcherOf<ReadonlyMap<string, number>>(MONTH_NUMBERS);
const OTHER_WORDS = matcherOf([
  ...tokenOf(WEEKDAYS, ' '),
  ...SOLAR_HIJRI_MONTHS.flatMap((forms, at) => tokenOf(forms.split('|'), ` @s${at + 1} `)),
  ...tokenOf(FORENOON, ' @am '),
  ...tokenOf(AFTERNOON, ' @pm '),
  ...Object.entries(ZONES).map(([word, offset]) => [word, ` @z${offset} `] as const),
]);
const FILLER_WORDS = matcherOf(tokenOf(DATE_FILLERS, ' '));

/** Folds the text and puts a token in the place of each word of the calendar: `@m3` March, `@s12` Esfand, `@am`, `@pm`, `@z+05:30`. */
function inTokens(text: string, language: string | null): string {
  const inFigures = fold(text)
    .replace(/(?<=\d)\s*(?:年|년)\s*(\d{1,2})\s*(?:月|월)\s*(\d{1,2})\s*(?:日|일|號|号)?/gu, '-$1-$2 ')
    .replace(
      /(\d{1,2})\s*(?:時|时|點|点|시)\s*(?:(\d{1,2})\s*(?:分|분)(?:\s*\d{1,2}\s*(?:秒|초))?)?/gu,
      (_, hour: string, minute = '0') => ` ${hour}:${String(minute).padStart(2, '0')} `,
    )
    .replace(
      /(?:gmt|utc)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?(?!\d)/gu,
      (_, sign: string, hours: string, minutes = '00') => ` @z${sign}${hours.padStart(2, '0')}:${String(minutes)} `,
    )
    .replace(/(?<=\d:\d{2}(?::\d{2})?\s*)([+-])(\d{2}):?(\d{2})(?!\d)/gu, ' @z$1$2:$3 ')
    .replace(/(?<=\d\s?)([ap])\.?\s?m\b\.?/gu, ' @$1m ') // elsewhere "am" is German
    .replace(/(?<=\d:\d{2}\s?)([صم])(?!\p{L})/gu, (_, half: string) => (half === 'ص' ? ' @am ' : ' @pm '));
  const withMonths = MONTH_WORDS.replace(inFigures, (numbers) => {
    const number = numbers.get(language ?? '') ?? [...numbers.values()][0]!;
    return ` @m${number} `;
  });
  return OTHER_WORDS.replace(withMonths, (token) => token).replace(/\s+/g, ' ');
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly rest: string;
}

const ORDINAL = '(?:st|nd|rd|th|º|ª|er|re|ste|de|\\.|-?го|-?е)?';
const BETWEEN = "[\\s.,/'’\\-]*(?:de |del |di |of |d')?";
const YEAR = "(\\d{4}|(?<=['’])\\d{2})(?!\\d)";

const YEAR_MONTH_DAY = /(?<!\d)(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)/u;
const DAY_WORD_YEAR = new RegExp(
  `(?<!\\d)(\\d{1,2})${ORDINAL}${BETWEEN}@([ms])(\\d+)(?:\\s*/?\\s*@m\\d+)?${BETWEEN}${YEAR}`,
  'u',
);
const WORD_DAY_YEAR = new RegExp(`@([ms])(\\d+)${BETWEEN}(\\d{1,2})${ORDINAL}[\\s,'’]*${YEAR}`, 'u');
const YEAR_WORD_DAY = /(?<!\d)(\d{4})[\s.,]*@([ms])(\d+)[\s.,]*(\d{1,2})(?![\d:])/u;
const FIGURES = /(?<![\d:])(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?![\d:])/u;

function findDay(words: string, language: string | null): Day | null {
  let found = YEAR_MONTH_DAY.exec(words);
  if (found) return gregorian(words, found, Number(found[1]), Number(found[2]), Number(found[3]));
  found = DAY_WORD_YEAR.exec(words);
  if (found) return worded(words, found, found[2]!, Number(found[4]), Number(found[3]), Number(found[1]));
  found = WORD_DAY_YEAR.exec(words);
  if (found) return worded(words, found, found[1]!, Number(found[4]), Number(found[2]), Number(found[3]));
  found = YEAR_WORD_DAY.exec(words);
  if (found) return worded(words, found, found[2]!, Number(found[1]), Number(found[3]), Number(found[4]));
  found = FIGURES.exec(words);
  return found ? inFigures(words, found, language) : null;
}

function worded(
  words: string,
  found: RegExpExecArray,
  calendar: string,
  year: number,
  month: number,
  day: number,
): Day | null {
  if (calendar === 'm') return gregorian(words, found, year, month, day);
  const solar = solarHijriDay(year, month, day);
  return solar === null ? null : { ...solar, rest: words.replace(found[0], ' ') };
}

// In the Buddhist calendar of Thailand and Laos the year is 543 more; no news is dated so far in the future.
function gregorian(words: string, found: RegExpExecArray, year: number, month: number, day: number): Day {
  const full = year < 100 ? year + 2000 : year;
  return { year: full > 2400 ? full - 543 : full, month, dayOfMonth: day, rest: words.replace(found[0], ' ') };
}

// English puts either first; one number above 12 tells, and so does the American zone.
function inFigures(words: string, found: RegExpExecArray, language: string | null): Day | null {
  const [first, second, year] = [Number(found[1]), Number(found[3]), Number(found[4])];
  const american = /@z-0[4-9]:/.test(words);
  if (second > 12 || (american && first <= 12)) return gregorian(words, found, year, first, second);
  const either = first <= 12 && first !== second && found[2] === '/' && (language === null || language === 'en');
  return either ? null : gregorian(words, found, year, second, first);
}

function findTime(words: string): { hour: number | null; minute: number; second: number; rest: string } {
  const found =
    /(?:@([ap])m\s*)?(?<![\d.])(\d{1,2})\s*[:.h]\s*([0-5]\d)(?::([0-5]\d))?(?:\s*@([ap])m)?(?!\d)/u.exec(words) ??
    /(?:@([ap])m\s*)?(?<!\d)(\d{1,2})()()\s*@([ap])m/u.exec(words) ??
    /(?:@([ap])m\s*)(?<!\d)(\d{1,2})()()()(?!\d)/u.exec(words);
  if (found === null) return { hour: null, minute: 0, second: 0, rest: words };
  const half = found[1] ?? found[5] ?? '';
  const hour = Number(found[2]);
  const of24 = half === 'p' && hour < 12 ? hour + 12 : half === 'a' && hour === 12 ? 0 : hour;
  const time = { minute: Number(found[3] || 0), second: Number(found[4] || 0), rest: words.replace(found[0], ' ') };
  return { hour: of24 < 24 ? of24 : null, ...time };
}

// A second calendar's day ("١٢ مارس ٢٠٢٦ - ٢١ اسفند ١٤٠٤") is the same day once more.
function leftOver(words: string): string {
  const others = words.replace(/\d{1,4}\s*@[ms]\d+\s*\d{0,4}/g, ' ').replace(/@[a-z]+[+-]?[\d:]*/g, ' ');
  return FILLER_WORDS.replace(others, (blank) => blank)
    .replace(/[^\p{L}\p{M}\d]+/gu, ' ')
    .trim();
}
