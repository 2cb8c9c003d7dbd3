/** Zeros of the decimal digits of other scripts; each script's ten follow one another (Unicode 17, general category Nd). */
const ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0,
] as const;

/** Letters that are written one for another, and what stands for them. Marks upon them are apart by then. */
const LETTERS = new Map([
  // Arabic: the joined alef, alef maksura, teh marbuta, and the Persian and Urdu forms of yeh, kaf and heh
  ['\u0671', '\u0627'],
  ['\u0649', '\u064a'],
  ['\u06cc', '\u064a'],
  ['\u0629', '\u0647'],
  ['\u06c1', '\u0647'],
  ['\u06c3', '\u0647'],
  ['\u06d5', '\u0647'],
  ['\u06a9', '\u0643'],
  // Devanagari: the moon over a vowel for the dot
  ['\u0901', '\u0902'],
  ...ZEROS.flatMap((zero) =>
    Array.from({ length: 10 }, (_, digit) => [String.fromCharCode(zero + digit), `${digit}`] as const),
  ),
]);

/** Cyrillic yo, which most texts write without dots; the capital i of Turkish, whose small form would have two. However often they are dotted. */
const DOTTED = /([\u0435\u0415])\u0308+|I\u0307+/gu;

const WRITTEN_OTHERWISE = new RegExp([...LETTERS.keys()].join('|'), 'gu');

/**
 * What may be there or not in the same word: invisible joints and hyphenation, Arabic's stretching, vowel and reading marks and hamza upon
 * a letter, and the dot below of Indian scripts (nukta), which many keyboards and texts leave out.
 */
const OPTIONAL =
  /[\u00ad\u034f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]/gu;

/** A nasal before a consonant of its own place, which may as well be written as the dot above (anusvara): हिन्दी is हिंदी. */
const NASAL =
  /\u0919\u094d(?=[\u0915-\u0918])|\u091e\u094d(?=[\u091a-\u091d])|\u0923\u094d(?=[\u091f-\u0922])|\u0928\u094d(?=[\u0924-\u0927])|\u092e\u094d(?=[\u092a-\u092d])/gu;

const ASCII = /^[\0-\x7f]*$/;

/**
 * A text in the one spelling in which texts and queries are compared: compatibility forms made one (as NFKC does), without what cannot be
 * seen or is often left out, and with one letter or digit for those that are written one for another. Case is kept.
 */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text;
  return text
    .normalize('NFKD')
    .replace(OPTIONAL, '')
    .replace(DOTTED, (_, letter?: string) => letter ?? 'i')
    .replace(WRITTEN_OTHERWISE, (letter) => LETTERS.get(letter)!)
    .replace(NASAL, '\u0902')
    .normalize('NFC');
}
