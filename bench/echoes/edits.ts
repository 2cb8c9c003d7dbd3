/** A seeded stream of numbers from 0 up to 1. */
export type Random = () => number;

/** A text as one paper prints it: its paragraphs. */
export type Paragraphs = readonly string[];

/** What an edit may take from besides the text: texts of other pages in its language. */
export interface Surroundings {
  /** Paragraphs of another page of the language. */
  readonly other: Paragraphs;
  /** The notice that stands under all pages of the language, as if they were of one site. */
  readonly notice: string;
}

/** Makes another text of one. */
export type Edit = (text: Paragraphs, random: Random, around: Surroundings) => string[];

/** Edits after which a text still tells the same news. */
export const ECHOES: Readonly<Record<string, Edit>> = {
  'cut to a third': (text) => cut(text, 1 / 3),
  'cut to a third, led in': (text, random, { other }) => [scrambled(other, random), ...cut(text, 1 / 3)],
  'one word in twelve edited': (text, random) => reworded(text, 1 / 12, random),
  'paragraphs reordered': (text, random) => shuffled(text, random),
  'agency copy': (text, random) => [`(dpa/afp) ${text[0]!}`, ...reworded(text.slice(1), 1 / 30, random)],
  'notices added': (text, random, { other, notice }) => [scrambled(other, random), ...text, notice],
  'halved, reordered, edited': (text, random, { notice }) => [
    ...reworded(shuffled(cut(text, 1 / 2), random), 1 / 20, random),
    notice,
  ],
};

/** Edits after which it tells other news. */
export const OTHERS: Readonly<Record<string, Edit>> = {
  'same template, other facts': (text, random) => reworded(text, 1 / 3, random),
  'quotes a fifth': (text, random, { other }) => [
    ...reworded(other, 0.9, random),
    ...cut(withoutBeginning(text), 1 / 3),
  ],
  translated: (text) => text.map(translated),
  'under the same notice': (_, random, { other, notice }) => [
    ...reworded(shuffled(other, random), 0.9, random),
    notice,
  ],
};

/** The first paragraphs, up to that share of the words; the last of them in part where it is long. */
function cut(text: Paragraphs, share: number): string[] {
  const limit = Math.ceil(text.join('').length * share);
  const kept: string[] = [];
  let length = 0;
  for (const paragraph of text) {
    if (length >= limit) break;
    const rest = limit - length;
    const end = paragraph.length > rest * 1.5 ? Math.max(paragraph.indexOf(' ', rest), rest) : paragraph.length;
    kept.push(paragraph.slice(0, end));
    length += end;
  }
  return kept;
}

/** The paragraphs behind the first two fifths of the text. */
function withoutBeginning(text: Paragraphs): string[] {
  const beginning = cut(text, 2 / 5);
  return text.slice(beginning.length);
}

/** A paragraph that stands nowhere else: some forty words of a text, or eighty characters of a script without spaces, in any order. */
export function scrambled(text: Paragraphs, random: Random): string {
  return shuffled(words(text.join(' ')).slice(0, 400), random)
    .slice(0, 80)
    .join(' ');
}

/** Puts another word of the text in the place of so many of its words, leaves some out, and doubles some. */
function reworded(text: Paragraphs, share: number, random: Random): string[] {
  const vocabulary = words(text.join(' ')).filter(isWord);
  return text.map((paragraph) =>
    words(paragraph)
      .map((word) => {
        if (!isWord(word) || random() >= share) return word;
        const other = vocabulary[Math.floor(random() * vocabulary.length)]!;
        const kind = random();
        return kind < 0.6 ? other : kind < 0.8 ? '' : `${word} ${other}`;
      })
      .join(''),
  );
}

function shuffled(text: Paragraphs, random: Random): string[] {
  const rest = [...text];
  return text.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}

/** Every word in a language that there is not, but for numbers and what begins with a capital letter. */
function translated(paragraph: string): string {
  return words(paragraph)
    .map((word) => (isWord(word) && !/^[\p{Lu}\p{N}]/u.test(word) ? [...word].reverse().join('') + 'o' : word))
    .join('');
}

/** Words and what stands between them, in turn; the characters of scripts without spaces one by one. */
function words(text: string): string[] {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+/gu,
    ) ?? []
  );
}

function isWord(piece: string): boolean {
  return /^[\p{L}\p{M}\p{N}]/u.test(piece);
}
