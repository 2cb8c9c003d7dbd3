/** Scripts that are written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

// The locale chooses no other rules for words (UAX 29); a fixed one keeps the count the same on every machine.
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** The number of words by Unicode word segmentation (UAX 29, with ICU's dictionaries for scripts without spaces). */
export function countWords(text: string): number {
  let count = 0;
  for (const piece of pieces(text)) for (const segment of segmenter.segment(piece)) if (segment.isWordLike) count += 1;
  return count;
}

/** Whether the text is mostly of a script without spaces between words. */
export function isUnspaced(text: string): boolean {
  let unspaced = 0;
  let letters = 0;
  for (const [character] of text.slice(0, 4000).matchAll(/\p{L}/gu)) {
    letters += 1;
    if (UNSPACED.test(character)) unspaced += 1;
  }
  return unspaced * 2 > letters;
}

/** Texts are segmented piece by piece: on one very long string ICU's segmenter takes more than linear time. */
function* pieces(text: string): Generator<string> {
  const size = 8192;
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + size, text.length);
    if (to < text.length) {
      const space = text.lastIndexOf(' ', to);
      if (space > from + size / 2) to = space;
    }
    yield text.slice(from, to);
    from = to;
  }
}
