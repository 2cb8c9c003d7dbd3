import type { AnyNode } from 'domhandler';
import type { Block, Image } from '../block.ts';
import { Element, INLINE, attribute, elementsIn, fold, isTag, isText, traverse } from './dom.ts';
import { FigureReader, MOST_NODES_OF_A_FIGURE } from './images.ts';

/** Text as it stands in a page, in one style; null is a line break. */
export interface Piece {
  readonly text: string | null;
  readonly strong: boolean;
  readonly emphasis: boolean;
  /** As the page has it. */
  readonly href: string | null;
}

/** Where an item stands. */
export interface ItemPlace {
  /** The element of the item: its text may be in several blocks. */
  readonly element: Element;
  readonly depth: number;
  /** Null in a list without numbers. */
  readonly number: number | null;
}

/** A cell of a table's row. */
export interface PageCell {
  readonly isHeader: boolean;
  readonly pieces: readonly Piece[];
}

/** A block of text as it stands in a page, with what tells body from surroundings. */
export interface PageBlock {
  readonly kind: Exclude<Block['kind'], 'figure'>;
  /** Plain, in one line (code: in several); the cells of a row apart by ` | `. */
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** The outermost list, the quotation, the code or the table that it is a part of; means nothing of other kinds. */
  readonly part: Element | null;
  /** Of a list. */
  readonly item: ItemPlace | null;
  /** Of a table's row. */
  readonly cells: readonly PageCell[];
  /** Characters of its text that are within links. */
  readonly linkLength: number;
  /** The nearest block-level element around it. */
  readonly container: Element;
  /** How many of the elements around it are surroundings by name (navigation, sharing, comments …) or are not shown. */
  readonly outside: number;
  /** It stands in an element that is marked as the article's text, as an article, as the main part. */
  readonly within: 'body' | 'article' | 'main' | null;
  /** It stands in a header element or one that is named as a standfirst. */
  readonly standfirst: boolean;
  readonly headingLevel: number;
}

/** An image, and how many blocks stand before it. */
export interface Figure {
  readonly image: Image;
  readonly at: number;
}

/** What {@link readBlocks} finds. */
export interface PageText {
  readonly blocks: readonly PageBlock[];
  /** In order. */
  readonly figures: readonly Figure[];
}

const SKIPPED = new Set(
  'script style template noscript svg math canvas iframe object embed audio video select option textarea button input map dialog nav footer menu datalist meter progress'.split(
    ' ',
  ),
);

/** Words by which authors of pages name what is around a text, in class and id. */
const SURROUNDINGS =
  /(?:^|[\s_-])(?:ads?|adv|advert\w*|affiliate|banner|breadcrumbs?|byline|caption|comments?|cookies?|consent|copyright|disclaimer|discuss\w*|disqus|fact-?box|footer|hidden|infobox|login|masthead|menu|meta|metadata|modal|more|most-?(?:read|popular)|nav|navbar|navigation|newsletter|outbrain|overlay|pager|pagination|partner|paywall|player|poll|popular|popup|print|promo\w*|rating|read-?(?:more|next)|recirc\w*|recommend\w*|regwall|related\w*|screen-?reader|share|sharing|shares|sidebar|signup|skip|social|sponsor\w*|sr-only|subscribe|subscription|tags?|taboola|teasers?|toolbar|toc|tooltip|trending|visually-?hidden|widget)(?:[\s_-]|$)/i;
const STANDFIRST_NAME =
  /(?:^|[\s_-])(?:standfirst|sub-?title|sub-?head(?:line)?|dek|deck|lead|lede|leadtext|intro|introduction|excerpt|summary|abstract|chapo|entradilla|bajada|vorspann|sottotitolo|ingress)(?:[\s_-]|$)|standfirst/i;
const HEADING = /^h([1-6])$/;
const STRONG = new Set(['strong', 'b']);
const EMPHASIS = new Set(['em', 'i']);

type Kind = PageBlock['kind'];

/** A list that is being read. */
interface List {
  readonly root: Element;
  readonly depth: number;
  /** The number of its last item; null in a list without numbers. */
  number: number | null;
}

/** An element that is named as surroundings. What holds much of a page's text is not, whatever its name is. */
interface Surroundings {
  readonly around: Surroundings | null;
  /** Unlinked text within, in characters. */
  textLength: number;
}

interface Frame {
  readonly element: Element;
  readonly surroundings: Surroundings | null;
  readonly within: PageBlock['within'];
  readonly standfirst: boolean;
  readonly kind: Kind;
  readonly level: number;
  /** The quotation or code around it. */
  readonly part: Element | null;
  readonly table: Element | null;
  readonly list: List | null;
  readonly item: ItemPlace | null;
  /** How many blocks stand before it. */
  readonly start: number;
  /** Of a row: where its cells begin and end. */
  readonly cells: { readonly isHeader: boolean; readonly from: number; readonly to: number }[];
}

/** The text of a document, block by block, without what never is text; and its figures. In one walk, in linear time. */
export function readBlocks(root: AnyNode, base: string | null): PageText {
  const blocks: (PageBlock & { surroundings: Surroundings | null })[] = [];
  const figures: Figure[] = [];
  const images = new FigureReader(base);
  const frames: Frame[] = [outermostFrame()];
  const links: (string | null)[] = [];
  let strong = 0;
  let emphasis = 0;
  let text = '';
  let pieces: Piece[] = [];
  let linkLength = 0;
  let breaks = 0;
  let isFilled = false;
  let total = 0;

  const current = () => frames.at(-1)!;
  const addPiece = (found: string | null) => {
    const style = { strong: strong > 0, emphasis: emphasis > 0, href: links.at(-1) ?? null };
    const last = pieces.at(-1);
    const continues =
      last !== undefined &&
      last.text !== null &&
      found !== null &&
      last.strong === style.strong &&
      last.emphasis === style.emphasis &&
      last.href === style.href;
    if (continues) pieces[pieces.length - 1] = { ...last, text: last.text + found };
    else pieces.push({ text: found, ...style });
  };
  const addFigure = (image: Image | null, later = 0) => {
    if (image !== null) figures.push({ image, at: blocks.length + later });
  };
  const flush = () => {
    const { kind, surroundings, within, standfirst, element, level, part, item } = current();
    const found = kind === 'code' ? text.replace(/^\n+|\s+$/g, '') : fold(text);
    if (found !== '') {
      const linked = Math.min(linkLength, found.length);
      const place = { container: element, outside: 0, within, standfirst, headingLevel: level, surroundings };
      blocks.push({ kind, text: found, pieces, part, item, cells: [], linkLength: linked, ...place });
      if (found.length >= LEAST_SENTENCE && linked < found.length / 2) {
        total += found.length;
        if (surroundings) surroundings.textLength += found.length;
      }
    }
    text = '';
    pieces = [];
    linkLength = 0;
    breaks = 0;
    isFilled = false;
  };

  const enterElement = (element: Element): boolean => {
    const { name } = element;
    if (name === 'br') {
      breaks += 1;
      if (current().kind === 'code') text += '\n';
      else if (breaks >= 2) flush();
      else {
        text += ' ';
        addPiece(null);
      }
      return false;
    }
    if (name === 'img' || name === 'noscript') {
      const image = name === 'img' ? images.image(element) : images.withoutScript(element);
      if (current().surroundings === null) {
        // an image within a paragraph comes behind it
        addFigure(image, isFilled ? 1 : 0);
      }
      return false;
    }
    if (SKIPPED.has(name)) return false;
    if (name === 'figure') {
      flush();
      if (current().surroundings === null) addFigure(images.figure(element));
      return hasTable(element);
    }
    if (name === 'figcaption') return false;
    if (name === 'a') links.push(attribute(element, 'href'));
    if (STRONG.has(name)) strong += 1;
    if (EMPHASIS.has(name)) emphasis += 1;
    if (INLINE.has(name)) return true;
    flush();
    frames.push(frameOf(element, current(), blocks.length));
    return true;
  };

  traverse(root, {
    enter(node) {
      if (isText(node)) {
        text += node.data;
        addPiece(node.data);
        if (links.length > 0) linkLength += node.data.trim().length;
        if (node.data.trim() !== '') {
          breaks = 0;
          isFilled = true;
        }
        return true;
      }
      return isTag(node) ? enterElement(node) : false;
    },
    leave(node) {
      if (!isTag(node)) return;
      if (node.name === 'a') links.pop();
      if (STRONG.has(node.name)) strong -= 1;
      if (EMPHASIS.has(node.name)) emphasis -= 1;
      if (current().element !== node) return;
      flush();
      const left = frames.pop()!;
      const { surroundings } = left;
      // what a named element holds, the one around it holds too
      if (surroundings && surroundings !== current().surroundings && surroundings.around) {
        surroundings.around.textLength += surroundings.textLength;
      }
      if ((node.name === 'td' || node.name === 'th') && current().element.name === 'tr') {
        current().cells.push({ isHeader: node.name === 'th', from: left.start, to: blocks.length });
      }
      if (node.name === 'tr') joinRow(blocks, figures, left);
    },
  });
  flush();
  const limit = total * LARGEST_SURROUNDINGS_SHARE;
  return {
    blocks: blocks.map(({ surroundings, ...block }) => ({ ...block, outside: countBelow(surroundings, limit) })),
    figures,
  };
}

/** Shorter blocks say little of where the text is. */
const LEAST_SENTENCE = 80;
const LARGEST_SURROUNDINGS_SHARE = 0.35;
const DEEPEST_SURROUNDINGS = 8;

function countBelow(surroundings: Surroundings | null, limit: number): number {
  let count = 0;
  let depth = 0;
  for (let each = surroundings; each !== null && depth < DEEPEST_SURROUNDINGS; each = each.around, depth++) {
    if (each.textLength < limit) count += 1;
  }
  return count;
}

function outermostFrame(): Frame {
  const place = {
    surroundings: null,
    within: null,
    standfirst: false,
    part: null,
    table: null,
    list: null,
    item: null,
  };
  return { element: new Element('body', {}), kind: 'paragraph', level: 0, start: 0, cells: [], ...place };
}

function frameOf(element: Element, around: Frame, start: number): Frame {
  const { name } = element;
  const named = `${element.attribs['class'] ?? ''} ${element.attribs['id'] ?? ''}`.slice(0, 400);
  const role = element.attribs['role'] ?? '';
  const itemprop = element.attribs['itemprop'] ?? '';
  const isBody = /\barticleBody\b/i.test(itemprop);
  const isSurrounding =
    !isBody &&
    name !== 'article' &&
    name !== 'main' &&
    name !== 'body' &&
    (name === 'aside' ||
      name === 'form' ||
      isInvisible(element) ||
      /^(?:navigation|complementary|contentinfo|banner|dialog|search)$/i.test(role) ||
      (named.length > 1 && SURROUNDINGS.test(named)));
  const heading = HEADING.exec(name);
  const kind: Kind = heading
    ? 'heading'
    : name === 'li' || name === 'dd' || name === 'dt'
      ? 'list'
      : name === 'blockquote'
        ? 'quote'
        : name === 'pre'
          ? 'code'
          : name === 'p' || name === 'div' || name === 'section' || name === 'td'
            ? around.kind === 'heading'
              ? 'paragraph'
              : around.kind
            : 'paragraph';
  const isItem = name === 'li' || name === 'dd' || name === 'dt';
  const list = listOf(element, around);
  const item = isItem ? itemOf(element, list) : around.item;
  const within = isBody
    ? 'body'
    : name === 'article' && around.within !== 'body'
      ? 'article'
      : (name === 'main' || /^main$/i.test(role)) && around.within === null
        ? 'main'
        : around.within;
  return {
    element,
    surroundings: isSurrounding ? { around: around.surroundings, textLength: 0 } : around.surroundings,
    within,
    standfirst:
      around.standfirst || /^(?:description|alternativeHeadline)$/i.test(itemprop) || STANDFIRST_NAME.test(named),
    kind,
    level: heading ? Number(heading[1]) : 0,
    part: isItem ? (list?.root ?? around.element) : kind === around.kind ? around.part : element,
    table: name === 'table' ? element : around.table,
    list,
    item,
    start,
    cells: [],
  };
}

function itemOf(element: Element, list: List | null): ItemPlace {
  if (list === null) return { element, depth: 0, number: null };
  if (list.number !== null) list.number += 1;
  return { element, depth: list.depth, number: list.number };
}

/** A list begun by an element, else the one around it. */
function listOf(element: Element, { list }: Frame): List | null {
  const { name, attribs } = element;
  if (name !== 'ul' && name !== 'ol' && name !== 'dl') return list;
  const counts = name === 'ol' && attribs['reversed'] === undefined;
  const first = /^\d{1,6}$/.exec(attribs['start']?.trim() ?? '')?.[0] ?? '1';
  return {
    root: list?.root ?? element,
    depth: list === null ? 0 : list.depth + 1,
    number: counts ? Number(first) - 1 : null,
  };
}

function isInvisible({ attribs }: Element): boolean {
  return (
    attribs['hidden'] !== undefined ||
    attribs['aria-hidden'] === 'true' ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attribs['style'] ?? '')
  );
}

const LONGEST_CELL = 120;
const MOST_BLOCKS_OF_A_ROW = 200;

/** A row of short cells is data and becomes one block; a row of long ones is layout, and its cells stay blocks. */
function joinRow<B extends PageBlock>(blocks: B[], figures: Figure[], row: Frame): void {
  const count = blocks.length - row.start;
  if (count < 2 || count > MOST_BLOCKS_OF_A_ROW) return;
  const joined = blocks.slice(row.start);
  if (joined.some(({ text, kind }) => text.length > LONGEST_CELL || kind === 'list')) return;
  const covered = row.cells.reduce((sum, { from, to }) => sum + to - from, 0);
  if (covered !== count || row.cells.filter(({ from, to }) => to > from).length < 2) return;
  const cells = row.cells.map(({ isHeader, from, to }) => ({
    isHeader,
    pieces: blocks.slice(from, to).flatMap((block) => [...piecesOf(block), LINE_BREAK]),
  }));
  const linkLength = joined.reduce((sum, block) => sum + block.linkLength, 0);
  const text = joined.map((block) => block.text).join(' | ');
  blocks.length = row.start;
  blocks.push({ ...joined[0]!, kind: 'table', text, pieces: [], part: row.table, item: null, cells, linkLength });
  for (let at = figures.length - 1; at >= 0 && figures[at]!.at > blocks.length; at--) {
    figures[at] = { ...figures[at]!, at: blocks.length };
  }
}

const LINE_BREAK: Piece = { text: null, strong: false, emphasis: false, href: null };

// The row of a table within a cell has cells of its own.
function piecesOf({ pieces, cells }: PageBlock): readonly Piece[] {
  return cells.length === 0 ? pieces : cells.flatMap((cell) => cell.pieces);
}

function hasTable(figure: Element): boolean {
  for (const { name } of elementsIn(figure, MOST_NODES_OF_A_FIGURE)) if (name === 'table') return true;
  return false;
}
