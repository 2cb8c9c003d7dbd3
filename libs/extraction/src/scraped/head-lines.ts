import { looksLikeName, namesOf } from '../authors.ts';
import { readDateline } from '../dateline.ts';
import { columns } from './lines.ts';
import { isHeadline, isProse } from './prose.ts';
import type { ReadLine } from './read-scraped-text.ts';
import type { TitleLine } from './title-line.ts';

/** What stands between title and body. */
export interface Head {
  readonly standfirst: string | null;
  /** Where the body begins. */
  readonly bodyFrom: number;
  /** Names that stand there without a label. */
  readonly bylines: readonly string[];
}

const LONGEST_STANDFIRST = 700;
const SHORTEST_STANDFIRST = 25;

/** The head of a page has buttons and menus, but not more than this many lines. */
const MOST_LINES = 80;

/** What may follow a standfirst and never stands within an article's text. */
const MARKS = new Set(['meta', 'share', 'title']);

/**
 * The head of a scraped text, whose lines after the title are given. A paragraph after the title is the standfirst when something that belongs to the head follows it: the byline
 * or date, buttons to share, the title once more, a caption (unless byline or date came before), or a lead that begins with a dateline.
 */
export function headOf(lines: readonly ReadLine[], title: TitleLine): Head {
  const bylines = nakedBylines(lines);
  let candidate: { text: string; at: number } | null = null;
  let metaSeen = false;
  let firstText: number | null = null;
  for (const [at, line] of lines.slice(0, MOST_LINES).entries()) {
    const kind = title.repeated(line.text) ? 'title' : line.kind;
    if (kind === 'text') {
      if (bylines.includes(line.text)) {
        if (candidate !== null) return { standfirst: candidate.text, bodyFrom: at + 1, bylines };
        metaSeen = true;
        continue;
      }
      if (candidate !== null) {
        const standfirst =
          readDateline(line.text) !== null && readDateline(candidate.text) === null ? candidate.text : null;
        return { standfirst, bodyFrom: standfirst === null ? firstText! : at, bylines };
      }
      if (!isStandfirst(line.text)) {
        if (isSmall(line.text) && headContinues(lines, at, title)) continue;
        return { standfirst: null, bodyFrom: at, bylines };
      }
      candidate = { text: line.text, at };
      firstText = at;
    } else if (candidate !== null && isMark(kind, line, metaSeen)) {
      return { standfirst: candidate.text, bodyFrom: at + 1, bylines };
    } else if (kind === 'meta' && hasMeta(line)) {
      metaSeen = true;
    }
  }
  return { standfirst: null, bodyFrom: firstText ?? 0, bylines };
}

function hasMeta({ facts }: ReadLine): boolean {
  return facts.bylines.length > 0 || facts.published.length > 0;
}

// Once byline or date are over, buttons and captions also stand between paragraphs.
function isMark(kind: string, line: ReadLine, metaSeen: boolean): boolean {
  if (!metaSeen) return MARKS.has(kind) || kind === 'caption';
  return kind === 'title' || (kind === 'meta' && hasMeta(line));
}

function isStandfirst(text: string): boolean {
  const width = columns(text);
  return (
    width >= SHORTEST_STANDFIRST &&
    width <= LONGEST_STANDFIRST &&
    (isProse(text) || text.split(' ').length >= 6 || width >= 50)
  );
}

function isSmall(text: string): boolean {
  return isHeadline(text) && columns(text) <= 60;
}

/** Whether byline, date or buttons still follow before the first paragraph: then a small line here (a place, a section) is none of the body. */
function headContinues(lines: readonly ReadLine[], from: number, title: TitleLine): boolean {
  for (const line of lines.slice(from + 1, from + MOST_LINES)) {
    if (title.repeated(line.text)) return true;
    if (line.kind === 'text' && (isProse(line.text) || !isSmall(line.text))) return false;
    if (MARKS.has(line.kind) && (line.kind !== 'meta' || hasMeta(line))) return true;
  }
  return false;
}

/** A name on a line of its own in the head, beside the date or the author's office or with a place between, is the author's. */
function nakedBylines(lines: readonly ReadLine[]): string[] {
  if (namesOf(lines.flatMap(({ facts }) => facts.bylines)).people.length > 0) return [];
  for (const [at, line] of lines.slice(0, MOST_LINES).entries()) {
    if (line.kind === 'text' && isProse(line.text) && at > 0) return [];
    const near = lines.slice(Math.max(0, at - 1), at + 3).filter((other) => other.group === line.group);
    const beside =
      near.some((other) => hasMeta(other)) && near.every(({ kind, text }) => kind !== 'text' || isSmall(text));
    if (line.kind === 'text' && beside && hasCase(line.text) && looksLikeName(line.text)) return [line.text];
  }
  return [];
}

function hasCase(text: string): boolean {
  return text.toLowerCase() !== text.toUpperCase();
}
