import { cleanLine, comparable } from '../clean-text.ts';
import { withoutSiteName } from '../title.ts';
import { columns } from './lines.ts';
import { endsLikeText, isHeadline, isProse } from './prose.ts';
import type { ReadLine } from './read-scraped-text.ts';

/** The title of a scraped text and where it stands. */
export interface TitleLine {
  /** Null where no line may be a title. */
  readonly text: string | null;
  readonly siteName: string | null;
  /** The label above it. */
  readonly kicker: string | null;
  /** Where it stands for the first time; -1 where there is none. */
  readonly at: number;
  /** Whether a line is the title once more, with or without the site's name. */
  readonly repeated: (text: string) => boolean;
}

/** Beyond this width a line is no title. */
const LONGEST_TITLE = 300;

/** A shorter beginning of a title is a part of it, not all. */
const SHORTEST_BEGINNING = 0.6;

/** So many lines of text may stand before the title: names of sections, a ticker, an unknown notice. */
const MOST_CANDIDATES = 15;

/**
 * The title is the first line of text, unless a later one near the beginning is clearly it: said twice, with and without the site's name,
 * or of a title's length where the first is a word or two.
 */
export function chooseTitle(lines: readonly ReadLine[]): TitleLine {
  const texts = lines.map(({ kind, text }) => (kind === 'text' && columns(text) <= LONGEST_TITLE ? text : null));
  const candidates = candidatesOf(lines);
  const keys = new Map<string, number>();
  for (const text of texts) if (text !== null) keys.set(comparable(text), (keys.get(comparable(text)) ?? 0) + 1);
  const said = new Set(keys.keys());
  const siteName = rightsHolder(lines);
  let best: { at: number; text: string; siteName: string | null; score: number } | null = null;
  for (const [order, at] of candidates.entries()) {
    const text = lines[at]!.text;
    const parts = withoutSiteName(text, siteName, said);
    const times = (keys.get(comparable(parts.title)) ?? 0) + (parts.title === text ? 0 : 1);
    const score = scoreOf(parts.title, times, order);
    if (best === null || score > best.score) best = { at, text: parts.title, siteName: parts.siteName, score };
  }
  if (best === null) return { text: null, siteName: null, kicker: null, at: -1, repeated: () => false };
  return titleLine(lines, withoutTail(best.text, texts), best);
}

/** The title that is known, and where it stands in the text, if it does. */
export function findTitle(lines: readonly ReadLine[], announced: string): TitleLine {
  const text = cleanLine(announced);
  return titleLine(lines, text, { at: -1, text, siteName: null });
}

function titleLine(
  lines: readonly ReadLine[],
  text: string,
  found: { readonly at: number; readonly text: string; readonly siteName: string | null },
): TitleLine {
  const same = new Set([comparable(text), comparable(found.text)]);
  const variants = lines.map((line) => withoutSiteName(line.text, found.siteName, same));
  const isTitle = (title: string) => same.has(comparable(title));
  const siteName =
    variants.find(({ title, siteName: name }) => name !== null && isTitle(title))?.siteName ?? found.siteName;
  const at = variants.findIndex(({ title }, index) => index === found.at || isTitle(title));
  const repeated = (other: string) => isTitle(withoutSiteName(other, siteName, same).title);
  return { text, siteName, kicker: at < 0 ? null : kickerAbove(lines, at), at, repeated };
}

/** Where another line is the title's beginning, what stands behind it ("… Advertisement") was glued to it. */
function withoutTail(title: string, texts: readonly (string | null)[]): string {
  const isBeginning = (text: string | null): text is string =>
    text !== null && title.startsWith(`${text} `) && text.length >= title.length * SHORTEST_BEGINNING;
  return texts.find(isBeginning) ?? title;
}

// Up to the first paragraph; when there is no line before it, a short first sentence may be the title.
function candidatesOf(lines: readonly ReadLine[]): number[] {
  const candidates: number[] = [];
  for (const [at, { kind, text }] of lines.entries()) {
    if (kind !== 'text' || columns(text) > LONGEST_TITLE || !/\p{L}/u.test(text) || endsLikeText(text)) {
      if (kind === 'text' && candidates.length > 0) break;
      if (kind === 'text' && columns(text) > LONGEST_TITLE) break;
      continue;
    }
    if (isProse(text) && candidates.length > 0 && (!isHeadline(text) || columns(text) >= 160)) break;
    candidates.push(at);
    if (candidates.length === MOST_CANDIDATES) break;
  }
  return candidates;
}

function scoreOf(title: string, times: number, order: number): number {
  const words = title.split(' ').length;
  const width = columns(title);
  let score = -order * 0.6;
  if (times > 1) score += 4;
  if (words <= 2 && width < 24) score -= 3;
  else if (words <= 3 && width < 30) score -= 1;
  if (width > 200) score -= 2;
  if (!isHeadline(title)) score -= 1.5;
  return score;
}

/** Whose the page is by its copyright notice: "© 2026 The Harbour Ledger. All rights reserved." */
function rightsHolder(lines: readonly ReadLine[]): string | null {
  for (const { kind, text } of lines) {
    const holder =
      kind === 'rights'
        ? /(?:©|\(c\)|copyright|版权所有)[\s\p{Nd}–—,-]*([^.|,。]{3,60})/iu.exec(text)?.[1]?.trim()
        : undefined;
    if (holder !== undefined && /\p{L}/u.test(holder)) return holder;
  }
  return null;
}

// A word or three right above the title, in the same group, is its kicker, unless a path or menu stands there.
function kickerAbove(lines: readonly ReadLine[], at: number): string | null {
  const above = lines[at - 1];
  if (above?.kind !== 'text' || above.group !== lines[at]!.group) return null;
  const fits = above.text.split(' ').length <= 4 && columns(above.text) <= 40 && isHeadline(above.text);
  const alone = lines[at - 2]?.group !== above.group || lines[at - 2]?.kind !== 'text';
  return fits && alone ? above.text : null;
}
