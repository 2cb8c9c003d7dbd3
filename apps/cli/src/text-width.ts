const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u30ff\u31f0-\u31ff\uff01-\uff60\uffe0-\uffe6]/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;

/**
 * How many cells a terminal gives a text without control characters: two for wide characters (UAX 11) and emoji, none for
 * nonspacing marks and joiners. Spacing vowel signs, as of Devanagari, have a cell of their own, as `wcwidth` counts them.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text cut to at most so many cells, with `…` where something is left out; never inside a grapheme. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let fitted = '';
  let used = 1; // the ellipsis
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width) break;
    fitted += segment;
  }
  return `${fitted.trimEnd()}…`;
}

/**
 * A text from outside as it may stand on a terminal: on one line, without control characters (which could steer the terminal) and
 * without directional overrides (which could disguise what follows).
 */
export function oneLine(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

/** As {@link oneLine}, with line breaks and tabs kept. */
export function manyLines(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, ' ');
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
