/** Characters that show nothing and mean nothing in running text: controls, soft hyphen, zero-width space and word joiner, BOM, direction marks, interlinear and tag characters. */
const INVISIBLE =
  /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;

/** Zero-width joiners (U+200D) and non-joiners (U+200C) that stand at the edge of a word, where they shape nothing. */
const IDLE_JOINER =
  /(?<![\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]+|(?<!\p{M})[\u200c\u200d]+(?![\p{L}\p{M}\p{N}\p{Extended_Pictographic}])/gu;

/** More marks on one letter than any script has (Unicode's Stream-Safe Text Format, UAX 15, allows 30); sorting them takes quadratic time. */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

/** No character outside of these ranges is a mark; asking for each character of a text whether it is one is slow. */
const MAY_BE_MARK = /[\u0300-\u1fff\u20d0-\u20ff\u2c00-\uffff]/;

const SPACES = /[\s\x85]+/g;

/**
 * One line of text as an article carries it: NFC, well-formed, without invisible characters, every run of spaces (also no-break and
 * ideographic ones) one space. Joiners stay inside words and after a virama, where Indic, Persian and emoji spelling needs them.
 */
export function cleanLine(text: string): string {
  const visible = text.toWellFormed().replace(INVISIBLE, '').replace(SPACES, ' ');
  const joined = /[\u200c\u200d]/.test(visible) ? visible.replace(IDLE_JOINER, '') : visible;
  return withoutExcessMarks(joined).normalize('NFC').trim();
}

function withoutExcessMarks(text: string): string {
  return MAY_BE_MARK.test(text) ? text.replace(TOO_MANY_MARKS, '$1') : text;
}

/** Text of several lines: each cleaned, line ends of any kind one line feed, no more than one empty line in a row. */
export function cleanText(text: string): string {
  return text
    .split(LINE_END)
    .map(cleanLine)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Lines of code, each cleaned but for its indentation and the spaces within it; no more than one empty line in a row. */
export function cleanCode(text: string): string {
  return text
    .toWellFormed()
    .split(LINE_END)
    .map((line) =>
      withoutExcessMarks(line.replace(INVISIBLE, '').replace(/[^\S\t]/g, ' '))
        .normalize('NFC')
        .trimEnd(),
    )
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^[\n\u0338]+/, '')
    .trimEnd();
}

/** Every line end there is: CRLF, LF, CR, VT, FF, NEL, and Unicode's line and paragraph separators. */
export const LINE_END = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;

/** The form under which two spellings of one headline are equal: letters and digits only, in one case and one width. */
export function comparable(text: string): string {
  return withoutExcessMarks(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}

/** Decimal digits of every script as ASCII (Unicode's Nd runs are ten long and begin at zero). */
export function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => String(decimalValue(digit.codePointAt(0)!)));
}

function decimalValue(codePoint: number): number {
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return value;
}
