import type { SearchedText } from './article-text.ts';
import { foldText } from './fold-text.ts';
import { characterOfHalf, letters, type Run, searchText, searchWords, unspacedRuns } from './search-text.ts';

/** Where lexemes that were searched for stand in an article, counted in words from 1 through title, lead and body. */
export type FoundAt = ReadonlyMap<number, string>;

/** Characters of the text in an excerpt, about. */
const EXCERPT_LENGTH = 240;
/** How many of them stand before what was found. */
const LEAD_IN_LENGTH = 60;
/** From the first of what was found on. */
const SHOWN_LENGTH = EXCERPT_LENGTH - LEAD_IN_LENGTH;
/** What is found further behind in a text is not shown: nobody waits for a book to be taken apart. In characters. */
const LOOKED_AT_LENGTH = 20_000;

/** Letters, digits and marks, with what is not seen between them: a run of them is looked at as a whole. */
const JOINED = /^[\p{L}\p{N}\p{M}\p{Cf}]$/u;

/** What each UTF-16 unit is to a run: between runs; begins one that is one word however it is spelt, if all of it is of this kind or of the next; goes on with such; makes it one to be taken apart. */
const [APART, BEGINS, GOES_ON, OTHER, HALF] = [0, 1, 2, 3, 4] as const;

/** Scripts with spaces between words end here, but for rare ones. */
const SPACED_UNITS = 0xe00;

const KINDS = Uint8Array.from({ length: 0x10000 }, (_, unit) => kindOf(unit));

/** Kana, unified Han and Hangul: each letter is one of the index, however it is spelt. */
const ONE_WORD_EACH = /^[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]+$/;

/** About 5 MB. */
const KNOWN_RUNS = 20_000;
/** In characters. */
const LONGEST_KNOWN = 40;

/** Told of each piece of a text that is marked as a whole: where it is, where its first word stands, and how many places it takes. Answers whether to go on. */
type Take = (start: number, end: number, place: number, places: number) => boolean;

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly lexeme: string;
}

/**
 * The part of an article that shows best why it was found, as HTML: escaped, what was found in `<mark>`. Out of the body, else the summary
 * where only that has it; the beginning of the body where neither has.
 */
export function excerptOf(text: SearchedText, found: FoundAt): string {
  const body = text.body ?? '';
  const summary = text.summary ?? '';
  const title = countWords(text.title);
  const lead = [text.kicker, text.summary, text.section, ...text.authors, ...text.agencies, ...text.tags].map(
    countWords,
  );
  const inBody = marksIn(body, title + sum(lead), found);
  if (inBody.length > 0) return cut(body, inBody);
  const inSummary = marksIn(summary, title + lead[0]!, found);
  return inSummary.length > 0 ? cut(summary, inSummary) : cut(body || summary, []);
}

/**
 * Where in a text something stands that was searched for, as far as it takes to know the stretch with most of that: until some stretch
 * has all, and to its end.
 */
function marksIn(text: string, before: number, found: FoundAt): Mark[] {
  const looked = text.slice(0, LOOKED_AT_LENGTH);
  const last = Math.max(0, ...found.keys());
  const wanted = new Set(found.values()).size;
  const met = new Map<string, number>();
  const marks: Mark[] = [];
  let end = Infinity;
  eachPiece(looked, before + 1, (start, stop, place, places) => {
    if (place > last || start > end) return false;
    for (let at = place; at < place + places; at++) {
      const lexeme = found.get(at);
      if (lexeme === undefined) continue;
      marks.push({ start, end: stop, lexeme });
      met.set(lexeme, start);
      if (met.size < wanted || end < Infinity) continue;
      const first = Math.min(...met.values());
      if (stop <= first + SHOWN_LENGTH) end = first + EXCERPT_LENGTH;
    }
    return true;
  });
  return marks;
}

/** The text in pieces, with the places that their words have in the index. */
function eachPiece(text: string, firstPlace: number, take: Take): void {
  let place = firstPlace;
  for (let at = 0; at < text.length; at++) {
    let kind = kindAt(text, at);
    if (kind === APART) continue;
    const start = at;
    let isOneWord = kind === BEGINS;
    for (at++; at < text.length; at++) {
      kind = kindAt(text, at);
      if (kind === APART) break;
      if (kind === OTHER) isOneWord = false;
    }
    if (isOneWord) {
      if (!take(start, at, place, 1)) return;
      place++;
      continue;
    }
    for (const part of partsOf(text.slice(start, at))) {
      if (!take(start + part.start, start + part.end, place, part.places)) return;
      place += part.places;
    }
  }
}

function kindAt(text: string, at: number): number {
  const kind = KINDS[text.charCodeAt(at)]!;
  if (kind !== HALF) return kind;
  const character = characterOfHalf(text, at);
  return character !== null && JOINED.test(character) ? OTHER : APART;
}

function kindOf(unit: number): number {
  if (unit >= 0xd800 && unit < 0xe000) return HALF;
  const character = String.fromCharCode(unit);
  if (!JOINED.test(character)) return APART;
  if (unit >= SPACED_UNITS) return OTHER;
  const folded = foldText(character);
  if (/^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*$/u.test(folded)) return BEGINS;
  return /^\p{M}*$/u.test(folded) ? GOES_ON : OTHER;
}

/** A part of a run: from where to where, and how many words it is. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly places: number;
}

/** What was met last: few words make up most of any text, and to take one apart costs more than all else. */
let known = new Map<string, readonly Part[]>();

function partsOf(run: string): readonly Part[] {
  let parts = known.get(run);
  if (parts === undefined) {
    parts = unspacedRuns(run).flatMap(partsOfPiece);
    if (run.length > LONGEST_KNOWN) return parts;
    if (known.size >= KNOWN_RUNS) known = new Map();
    known.set(run, parts);
  }
  return parts;
}

function partsOfPiece({ start, piece, isUnspaced }: Run): Part[] {
  const areSingle = ONE_WORD_EACH.test(piece);
  const places = areSingle ? piece.length : searchWords(searchText(piece)).length;
  const whole = [{ start, end: start + piece.length, places }];
  if (!isUnspaced) return whole;
  const all = areSingle ? piece.split('') : letters(piece);
  if (all.length !== places) return whole;
  // a word for each letter with the next one, and one for the last
  let at = start;
  return all.map((letter, number) => {
    const pair = letter + (all[number + 1] ?? '');
    const part = { start: at, end: at + pair.length, places: 1 };
    at += letter.length;
    return part;
  });
}

/** The stretch with most of what was searched for, the earliest of several, between ends of words where there are any. */
function cut(text: string, marks: readonly Mark[]): string {
  const first = bestStart(marks);
  const from = wordStart(text, Math.max(0, first - LEAD_IN_LENGTH), first);
  const to = wordEnd(text, Math.min(text.length, from + EXCERPT_LENGTH));
  let html = '';
  let at = from;
  for (const { start, end } of merged(marks.filter((mark) => mark.start >= from && mark.end <= to))) {
    html += `${escaped(text.slice(at, start))}<mark>${escaped(text.slice(start, end))}</mark>`;
    at = end;
  }
  html += escaped(text.slice(at, to));
  const whole = html.replace(/\s+/g, ' ').trim();
  return `${from > 0 ? '… ' : ''}${whole}${to < text.trimEnd().length ? ' …' : ''}`;
}

function bestStart(marks: readonly Mark[]): number {
  let best = { start: 0, different: 0 };
  for (const [at, { start }] of marks.entries()) {
    const reach = start + SHOWN_LENGTH;
    const within = new Set<string>();
    for (let next = at; next < marks.length && marks[next]!.end <= reach; next++) within.add(marks[next]!.lexeme);
    if (within.size > best.different) best = { start, different: within.size };
  }
  return best.start;
}

/** Behind the last space before `at`, or before `limit` when there is none between: what is written without spaces is cut anywhere. */
function wordStart(text: string, at: number, limit: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, limit).search(/\s/);
  return space === -1 ? whole(text, at) : at + space + 1;
}

function wordEnd(text: string, at: number): number {
  if (at === text.length) return at;
  const space = text.slice(0, at).search(/\s\S*$/);
  return space > at - LEAD_IN_LENGTH ? space : whole(text, at);
}

/** Not between the halves of a surrogate pair, nor before a mark. */
function whole(text: string, at: number): number {
  return at > 0 && /^[\p{M}\udc00-\udfff]/u.test(text.slice(at, at + 2)) ? whole(text, at - 1) : at;
}

function merged(marks: readonly Mark[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { start, end } of marks) {
    const before = ranges.at(-1);
    if (before && start <= before.end) before.end = Math.max(before.end, end);
    else ranges.push({ start, end });
  }
  return ranges;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

function countWords(text: string | null): number {
  return text === null ? 0 : searchWords(searchText(text)).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
