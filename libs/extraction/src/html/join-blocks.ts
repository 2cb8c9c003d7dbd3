import { withoutTracking } from '@khabar/contracts';
import { type Block, type HeadingLevel, type Run, plainRun } from '../block.ts';
import type { Figure, PageBlock, PageText, Piece } from './blocks.ts';
import { absolute } from './dom.ts';

/**
 * Blocks of a body, some of a page's text, as an article has them: neighbouring items of a list, rows of a table, lines of code and
 * paragraphs of a quotation become one block; figures stand where they stood, but for those that would cut one of these in two;
 * headings with nothing below them go.
 */
export function joinBlocks(found: readonly PageBlock[], { blocks, figures }: PageText, base: string | null): Block[] {
  const end = found.findLastIndex(({ kind }) => kind !== 'heading') + 1;
  const places = new Map(blocks.map((block, at) => [block, at]));
  const joined: Block[] = [];
  let nextFigure = 0;
  let open: PageBlock[] = [];
  const close = () => {
    if (open.length > 0) joined.push(blockOf(open, base));
    open = [];
  };
  for (const block of found.slice(0, end)) {
    if (!continues(open.at(-1), block)) {
      close();
      for (; isBefore(figures[nextFigure], places.get(block)!); nextFigure++)
        joined.push(blockOfFigure(figures[nextFigure]!));
    }
    open.push(block);
  }
  close();
  return [...joined, ...figures.slice(nextFigure).map(blockOfFigure)];
}

/** The figures between the first and the last of these blocks, and right before the first. */
export function figuresWithin(found: readonly PageBlock[], { blocks, figures }: PageText): Figure[] {
  if (found.length === 0) return [];
  const [first, last] = [blocks.indexOf(found[0]!), blocks.lastIndexOf(found.at(-1)!)];
  return figures.filter(({ at }) => at >= first && at <= last);
}

function isBefore(figure: Figure | undefined, place: number): boolean {
  return figure !== undefined && figure.at <= place;
}

function blockOfFigure({ image }: Figure): Block {
  return { kind: 'figure', image };
}

function continues(last: PageBlock | undefined, block: PageBlock): boolean {
  const isOfParts = block.kind !== 'paragraph' && block.kind !== 'heading';
  return last !== undefined && isOfParts && last.kind === block.kind && last.part === block.part;
}

function blockOf(parts: readonly PageBlock[], base: string | null): Block {
  const [first] = parts as [PageBlock];
  switch (first.kind) {
    case 'paragraph':
      return { kind: 'paragraph', runs: runsOf(first.pieces, base) };
    case 'heading':
      return { kind: 'heading', level: levelOf(first.headingLevel), runs: runsOf(first.pieces, base) };
    case 'quote':
      return { kind: 'quote', paragraphs: parts.map(({ pieces }) => runsOf(pieces, base)) };
    case 'code':
      return { kind: 'code', text: parts.map(({ text }) => text).join('\n') };
    case 'table': {
      const rows = parts.map(({ cells }) =>
        cells.map(({ isHeader, pieces }) => ({ isHeader, runs: runsOf(pieces, base) })),
      );
      return { kind: 'table', rows };
    }
    case 'list':
      return { kind: 'list', items: itemsOf(parts, base) };
  }
}

// Several paragraphs of an item are one item.
function itemsOf(parts: readonly PageBlock[], base: string | null): Extract<Block, { kind: 'list' }>['items'] {
  const items: { depth: number; number: number | null; runs: Run[] }[] = [];
  for (const [at, { item, pieces }] of parts.entries()) {
    const runs = runsOf(pieces, base);
    if (at > 0 && item?.element === parts[at - 1]!.item?.element) items.at(-1)!.runs.push(plainRun('\n'), ...runs);
    else items.push({ depth: item?.depth ?? 0, number: item?.number ?? null, runs });
  }
  return items;
}

function levelOf(headingLevel: number): HeadingLevel {
  return headingLevel <= 2 ? 2 : headingLevel === 3 ? 3 : 4;
}

function runsOf(pieces: readonly Piece[], base: string | null): Run[] {
  return pieces.map(({ text, strong, emphasis, href }) => ({
    text: text === null ? '\n' : text.replace(/\s+/g, ' '),
    strong,
    emphasis,
    href: href === null ? null : addressOf(href, base),
  }));
}

const LONGEST_ADDRESS = 2_000;

/** Where a link leads; null for places within the page, which an article does not have, and for what is no address of a page or of mail. */
function addressOf(href: string, base: string | null): string | null {
  if (href.length > LONGEST_ADDRESS || href.startsWith('#')) return null;
  const address = /^mailto:[^\s@]+@[^\s@]+$/i.test(href) ? new URL(href).href : absolute(href, base);
  return address === null ? null : withoutTracking(address);
}
