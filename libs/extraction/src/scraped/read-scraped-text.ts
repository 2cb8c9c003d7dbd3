import { KhabarError } from '@khabar/contracts';
import { type Block, plainParagraph, textOfBlock } from '../block.ts';
import { comparable } from '../clean-text.ts';
import type { Reading } from '../reading.ts';
import { articleLines, bodyOf } from './body-lines.ts';
import { classifyLine, type Classified } from './classify-line.ts';
import { headOf } from './head-lines.ts';
import { splitLabel } from './lead-label.ts';
import { NO_FACTS } from './line-facts.ts';
import { columns, readLines, type Line } from './lines.ts';
import { isProse } from './prose.ts';
import { chooseTitle, findTitle } from './title-line.ts';

/** A line with what it is. */
export interface ReadLine extends Line, Classified {}

/** No article has more lines than this, and each costs time. */
const MOST_LINES = 20_000;

/**
 * Reads a text that was scraped off a page: its title, standfirst, body and what else it says, without the furniture of the page around
 * it. Lines are told by what is usual in lines of their kind in any language, and by where they stand; nothing is known of any site.
 *
 * @param announced The title, where who brought the text said it: then no line needs to be it.
 * @throws KhabarError `too-many-lines`.
 */
export function readScrapedText(text: string, announced: string | null = null): Reading {
  const found = readLines(text);
  if (found.length > MOST_LINES) {
    throw new KhabarError('too-many-lines', `The text has ${found.length} lines; an article has at most ${MOST_LINES}`);
  }
  const lines = withoutDoubts(found.map((line): ReadLine => ({ ...line, ...classifyLine(line.text) })));
  const title = announced === null ? chooseTitle(lines) : findTitle(lines, announced);
  const above = lines.slice(0, title.at + 1);
  const below = articleLines(lines.slice(title.at + 1));
  const head = headOf(below, title);
  const standfirst = head.standfirst === null ? null : splitLabel(head.standfirst, 'standfirst');
  const body = bodyOf(below.slice(head.bodyFrom), title.repeated);
  const lead = leadOf(body, standfirst?.label ?? null);
  // Above the title often stands the day of the visit, so its dates come last.
  const facts = [...withoutStrayDates(below), ...above].map((line) => line.facts);
  const kicker = standfirst?.label ?? title.kicker;
  const labels = [...(standfirst?.label ? [standfirst.label] : []), ...(lead.label === null ? [] : [lead.label])];
  return {
    how: 'scraped-text',
    kind: 'article',
    titles: title.text === null ? [] : [title.text],
    kicker,
    summary: standfirst?.text ?? null,
    blocks: lead.blocks,
    bylines: [...new Set([...facts.flatMap(({ bylines }) => bylines), ...head.bylines])],
    agencies: facts.flatMap(({ agencies }) => agencies),
    published: facts.flatMap(({ published }) => published),
    modified: facts.flatMap(({ modified }) => modified),
    claimedLanguage: null,
    section: sectionOf(lines, title.text),
    tags: [...labels, ...lines.flatMap((line) => line.facts.tags), ...listedTags(lines)],
    images: [],
    externalId: lines.find((line) => line.facts.externalId !== null)?.facts.externalId ?? null,
    relCanonical: null,
    siteName: title.siteName,
    warnings: [],
  };
}

// Bylines stand before the text, beside dates and buttons in its head, or after it.
function withoutDoubts(lines: readonly ReadLine[]): ReadLine[] {
  const paragraphs = lines.filter(({ kind, text }) => kind === 'text' && isProse(text));
  const total = paragraphs.length;
  let before = 0;
  return lines.map((line, at) => {
    if (line === paragraphs[before]) before += 1;
    if (!line.doubtful) return line;
    const inHead = [lines[at - 1], lines[at + 1]].some((other) => other !== undefined && HEAD_KINDS.has(other.kind));
    const standsAlone = before <= 1 && line.text.toLowerCase() !== line.text.toUpperCase(); // names have capitals
    if (before === 0 || before === total || standsAlone || (before <= 2 && inHead)) return line;
    return { ...line, kind: 'text', facts: NO_FACTS };
  });
}

// A date without a label that stands within or behind the text is the date of something else: of a link, an event, a comment.
function withoutStrayDates(lines: readonly ReadLine[]): ReadLine[] {
  let paragraphs = 0;
  return lines.map((line) => {
    if (line.kind === 'text' && isProse(line.text)) paragraphs += 1;
    const isBare = line.facts.published.length === 1 && line.facts.published[0] === line.text;
    return isBare && paragraphs > MOST_PARAGRAPHS_OF_A_HEAD ? { ...line, facts: NO_FACTS } : line;
  });
}

/** A standfirst has one paragraph, now and then two. */
const MOST_PARAGRAPHS_OF_A_HEAD = 2;

const HEAD_KINDS = new Set(['meta', 'share', 'control']);

// The label before the lead is none of the text when it is set as labels are; of a kicker's text it may be the kicker once more.
function leadOf(blocks: readonly Block[], kicker: string | null): { label: string | null; blocks: readonly Block[] } {
  const [first, ...others] = blocks;
  if (first?.kind !== 'paragraph') return { label: null, blocks };
  const { label, text } = splitLabel(textOfBlock(first), 'lead');
  if (label === null) return { label: null, blocks };
  const said = kicker !== null && comparable(kicker) === comparable(label);
  return { label: said ? null : label, blocks: [plainParagraph(text), ...others] };
}

// Below a line "Tags" each of the next lines of its group is one.
function listedTags(lines: readonly ReadLine[]): string[] {
  const at = lines.findIndex(({ kind }) => kind === 'tags');
  const end = lines.findIndex((line, index) => index > at && (line.group !== lines[at]?.group || line.kind !== 'text'));
  return at < 0
    ? []
    : lines
        .slice(at + 1, end < 0 ? undefined : end)
        .map(({ text }) => text.replace(/^#/, ''))
        .filter((text) => columns(text) <= 40);
}

function sectionOf(lines: readonly ReadLine[], title: string | null): string | null {
  const known = title === null ? '' : comparable(title);
  return (
    lines.find(({ facts }) => facts.section !== null && comparable(facts.section) !== known)?.facts.section ?? null
  );
}
