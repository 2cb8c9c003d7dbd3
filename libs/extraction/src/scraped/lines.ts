import { LINE_END, cleanLine } from '../clean-text.ts';

/** One line of a scraped text, clean. */
export interface Line {
  readonly text: string;
  /** Lines without an empty line between them are of one group, counted from 0. */
  readonly group: number;
}

interface RawLine {
  readonly text: string;
  /** With its indentation, in columns: a letter of East Asian scripts takes two. */
  readonly width: number;
}

/** Texts are wrapped by hand or by mail programs at 40 to 110 columns. */
const NARROWEST_WRAP = 40;
const WIDEST_WRAP = 110;

const LIST_ITEM = /^(?:[•·●○◦▪■□►▶‣∙*–-]|\(?\p{Nd}{1,2}[.)])\s+\S/u;

/** The lines of a text, those that were wrapped joined again. */
export function readLines(text: string): Line[] {
  const groups = groupsOf(text);
  const wrap = wrapWidth(groups);
  return groups.flatMap((group, at) =>
    (wrap === null ? group.map(({ text }) => text) : unwrapped(group, wrap)).map((line) => ({ text: line, group: at })),
  );
}

function groupsOf(text: string): RawLine[][] {
  const groups: RawLine[][] = [];
  let group: RawLine[] = [];
  for (const raw of text.split(LINE_END)) {
    const clean = raw === '' ? '' : cleanLine(raw);
    if (clean !== '') {
      const indent = /^[\s\u3000]*/.exec(raw)![0].length;
      group.push({ text: clean, width: indent + columns(clean) });
    } else if (group.length > 0) {
      groups.push(group);
      group = [];
    }
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** The width of a text in columns. */
export function columns(text: string): number {
  return text.length + (text.match(/[\u1100-\u115f\u2e80-\u303e\u3041-\uffef]/g)?.length ?? 0);
}

/**
 * The width at which the text was wrapped, or null where it was not. In a wrapped text hardly a line is longer, and in most pairs of
 * successive lines the first has no room for the first word of the second.
 */
function wrapWidth(groups: readonly (readonly RawLine[])[]): number | null {
  const pairs = groups.flatMap((group) => group.slice(1).map((line, at) => [group[at]!, line] as const));
  if (pairs.length < 3) return null;
  const widest = pairs.reduce((width, [line]) => Math.max(width, line.width), 0);
  if (widest < NARROWEST_WRAP || widest > WIDEST_WRAP) return null;
  const lines = groups.flat();
  if (lines.filter(({ width }) => width > widest + 1).length * 20 > lines.length) return null;
  const wrapped = pairs.filter(([line, next]) => isFull(line, next, widest));
  return wrapped.length >= 3 && wrapped.length * 2 >= pairs.length ? widest : null;
}

function isFull(line: RawLine, next: RawLine, width: number): boolean {
  return line.width + 1 + columns(firstWord(next.text)) > width;
}

// Where there are no spaces a line may be broken after any character.
function firstWord(text: string): string {
  const word = text.split(' ', 1)[0]!;
  return /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word) ? word.slice(0, 1) : word;
}

function unwrapped(group: readonly RawLine[], width: number): string[] {
  const joined: string[] = [];
  for (const [at, line] of group.entries()) {
    const previous = group[at - 1];
    if (previous === undefined || LIST_ITEM.test(line.text) || !isFull(previous, line, width)) joined.push(line.text);
    else joined.push(`${joined.pop()!}${glue(previous.text, line.text)}${line.text}`);
  }
  return joined;
}

function glue(before: string, after: string): string {
  const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}。、「」]/u;
  if (unspaced.test(before.slice(-1)) && unspaced.test(after.slice(0, 1))) return '';
  return /\p{L}-$/u.test(before) ? '' : ' ';
}
