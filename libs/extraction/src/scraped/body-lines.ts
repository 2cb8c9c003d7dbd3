import { type Block, type ListItem, plainParagraph, plainRun } from '../block.ts';
import { withoutCredit } from './captions.ts';
import { columns } from './lines.ts';
import { endsSentence, isHeadline, isProse, isStopless } from './prose.ts';
import type { ReadLine } from './read-scraped-text.ts';

const BULLET = /^[•·●○◦▪■□►▶‣∙*]\s+/u;
const DASH = /^[-–]\s+/u;
const NUMBER = /^\(?\p{Nd}{1,2}[.)]\s+/u;

/** Kinds of lines that begin a list of links or a form: what follows in their group goes with them, up to the next paragraph. */
const OPENING = new Set(['related', 'popular', 'newsletter', 'tags', 'highlights']);

/** The body of a scraped text as blocks: its paragraphs, subheads and lists. */
export function bodyOf(lines: readonly ReadLine[], isTitle: (text: string) => boolean): Block[] {
  const texts = lines
    .filter(({ kind, text }) => kind === 'text' && !isTitle(text))
    .map((line) => ({ ...line, text: withoutCredit(line.text) }));
  return asBlocks(withoutTail(texts));
}

/** The lines without lists of links, forms and readers' comments. */
export function articleLines(lines: readonly ReadLine[]): ReadLine[] {
  const kept: ReadLine[] = [];
  let opened: { kind: string; group: number; alone: boolean } | null = null;
  for (const [at, line] of beforeComments(lines).entries()) {
    if (OPENING.has(line.kind)) {
      opened = { kind: line.kind, group: line.group, alone: lines[at + 1]?.group !== line.group };
    } else if (opened === null || endsRun(opened, line)) {
      opened = null;
      kept.push(line);
    }
  }
  return kept;
}

/** Comments end the article, unless more text follows than stands before: then it was only their count. */
function beforeComments(lines: readonly ReadLine[]): readonly ReadLine[] {
  const total = proseWidth(lines);
  let before = 0;
  for (const [at, line] of lines.entries()) {
    if (line.kind === 'comments' && before > 0 && before * 2 >= total) return lines.slice(0, at);
    before += proseWidth([line]);
  }
  return lines;
}

function proseWidth(lines: readonly ReadLine[]): number {
  return lines.reduce((sum, { kind, text }) => (kind === 'text' && isProse(text) ? sum + columns(text) : sum), 0);
}

// A form is its group. A list of links ends with its group, or with the first paragraph: where its heading stands alone, the links follow
// in groups of their own.
function endsRun(opened: { kind: string; group: number; alone: boolean }, line: ReadLine): boolean {
  if (opened.kind === 'tags') return line.group !== opened.group || line.kind !== 'text';
  if (opened.kind === 'newsletter') return line.group !== opened.group;
  if (line.kind !== 'text') return false;
  if (line.group !== opened.group && !opened.alone) return true;
  return isProse(line.text);
}

/** Without the short lines at the end that head nothing: links of a list whose heading is not known. */
function withoutTail(lines: readonly ReadLine[]): readonly ReadLine[] {
  let end = lines.length;
  while (end > 0 && headsNothing(lines[end - 1]!.text)) end -= 1;
  return end === 0 ? lines : lines.slice(0, end);
}

function headsNothing(text: string): boolean {
  return isHeadline(text) && !isItem(text) && !isStopless(text);
}

function isItem(text: string): boolean {
  return BULLET.test(text) || DASH.test(text) || NUMBER.test(text);
}

function asBlocks(lines: readonly ReadLine[]): Block[] {
  const blocks: Block[] = [];
  for (const [at, { text }] of lines.entries()) {
    const item = itemOf(text, lines[at - 1]?.text, lines[at + 1]?.text);
    const previous = blocks.at(-1);
    if (item !== null && previous?.kind === 'list' && continuesList(previous.items.at(-1)!, item)) {
      blocks[blocks.length - 1] = { kind: 'list', items: [...previous.items, item] };
    } else if (item !== null) {
      blocks.push({ kind: 'list', items: [item] });
    } else {
      const opens = blocks.length === 0 && endsSentence(text); // a question that begins the text heads no part of it
      const isHeading = !opens && isSubhead(text, lines[at + 1]?.text);
      blocks.push(isHeading ? { kind: 'heading', level: 2, runs: [plainRun(text)] } : plainParagraph(text));
    }
  }
  return blocks;
}

function continuesList(last: ListItem, item: ListItem): boolean {
  return last.number === null ? item.number === null : item.number === last.number + 1;
}

// One dash alone begins speech, one number alone a sentence; two in a row are a list.
function itemOf(text: string, before: string | undefined, after: string | undefined): ListItem | null {
  const item = (sign: RegExp, number: number | null) => ({
    runs: [plainRun(text.replace(sign, ''))],
    depth: 0,
    number,
  });
  if (BULLET.test(text)) return item(BULLET, null);
  const sign = [DASH, NUMBER].find((candidate) => candidate.test(text));
  if (sign === undefined || ![before, after].some((other) => other !== undefined && sign.test(other))) return null;
  if (sign === DASH) return item(DASH, null);
  const number = /^\(?([0-9]{1,2})[.)]/.exec(text)?.[1];
  // digits of other scripts stay as they are written
  return number === undefined ? { runs: [plainRun(text)], depth: 0, number: null } : item(NUMBER, Number(number));
}

function isSubhead(text: string, next: string | undefined): boolean {
  return isHeadline(text) && columns(text) <= 110 && next !== undefined && (!isHeadline(next) || isItem(next));
}
