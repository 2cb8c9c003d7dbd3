import type { Article } from '@khabar/contracts';
import type { AnyNode } from 'domhandler';
import type { Block } from '../reading.ts';
import { Element, INLINE, absolute, attribute, fold, isTag, isText, pixels, textOf, traverse } from './dom.ts';

/** A block of text as it stands in a page, with what tells body from surroundings. */
export interface PageBlock extends Block {
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

/** What {@link readBlocks} finds. */
export interface PageText {
  readonly blocks: readonly PageBlock[];
  readonly figures: Article['images'];
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

type Kind = Block['kind'];

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
  readonly rowStart: number;
}

/** The text of a document, block by block, without what never is text; and its figures. In one walk, in linear time. */
export function readBlocks(root: AnyNode, base: string | null): PageText {
  const blocks: (PageBlock & { surroundings: Surroundings | null })[] = [];
  const figures: Article['images'] = [];
  const top = new Element('body', {});
  const frames: Frame[] = [
    { element: top, surroundings: null, within: null, standfirst: false, kind: 'paragraph', level: 0, rowStart: 0 },
  ];
  let text = '';
  let linkLength = 0;
  let links = 0;
  let breaks = 0;
  let total = 0;

  const current = () => frames.at(-1)!;
  const flush = () => {
    const { kind, surroundings, within, standfirst, element, level } = current();
    const found = kind === 'code' ? text.replace(/^\n+|\s+$/g, '') : fold(text);
    if (found !== '') {
      const linked = Math.min(linkLength, found.length);
      const place = { container: element, outside: 0, within, standfirst, headingLevel: level, surroundings };
      blocks.push({ kind, text: found, linkLength: linked, ...place });
      if (found.length >= LEAST_SENTENCE && linked < found.length / 2) {
        total += found.length;
        if (surroundings) surroundings.textLength += found.length;
      }
    }
    text = '';
    linkLength = 0;
    breaks = 0;
  };

  const enterElement = (element: Element): boolean => {
    const { name } = element;
    if (name === 'br') {
      breaks += 1;
      if (current().kind === 'code') text += '\n';
      else if (breaks >= 2) flush();
      else text += ' ';
      return false;
    }
    if (name === 'img') {
      const figure = current().surroundings === null ? readImage(element, null, base) : null;
      if (figure) figures.push(figure);
      return false;
    }
    if (SKIPPED.has(name)) return false;
    if (name === 'figure') {
      flush();
      if (current().surroundings === null) figures.push(...readFigure(element, base));
      return hasTable(element);
    }
    if (name === 'figcaption') return false;
    if (name === 'a') links += 1;
    if (INLINE.has(name)) return true;
    flush();
    frames.push(frameOf(element, current(), blocks.length));
    return true;
  };

  traverse(root, {
    enter(node) {
      if (isText(node)) {
        text += node.data;
        if (links > 0) linkLength += node.data.trim().length;
        if (node.data.trim() !== '') breaks = 0;
        return true;
      }
      return isTag(node) ? enterElement(node) : false;
    },
    leave(node) {
      if (!isTag(node)) return;
      if (node.name === 'a') links = Math.max(0, links - 1);
      if (current().element !== node) return;
      flush();
      const { rowStart, surroundings } = frames.pop()!;
      // what a named element holds, the one around it holds too
      if (surroundings && surroundings !== current().surroundings && surroundings.around) {
        surroundings.around.textLength += surroundings.textLength;
      }
      if (node.name === 'tr') joinRow(blocks, rowStart);
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

function frameOf(element: Element, around: Frame, rowStart: number): Frame {
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
    rowStart,
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

/** A row of short cells is data and becomes one line; a row of long ones is layout, and its cells stay blocks. */
function joinRow<B extends PageBlock>(blocks: B[], from: number): void {
  const cells = blocks.slice(from);
  const [first] = cells;
  if (!first || cells.length < 2 || cells.some(({ text, kind }) => text.length > LONGEST_CELL || kind === 'list'))
    return;
  const sum = cells.reduce((total, { linkLength }) => total + linkLength, 0);
  blocks.length = from;
  blocks.push({ ...first, kind: 'table', text: cells.map(({ text }) => text).join(' | '), linkLength: sum });
}

function hasTable(figure: Element): boolean {
  let found = false;
  traverse(figure, {
    enter(node) {
      if (isTag(node) && node.name === 'table') found = true;
      return !found;
    },
  });
  return found;
}

function readFigure(figure: Element, base: string | null): Article['images'] {
  let image: Element | null = null;
  let caption: Element | null = null;
  traverse(figure, {
    enter(node) {
      if (!isTag(node)) return;
      if (node.name === 'img') image ??= node;
      if (node.name === 'figcaption') caption ??= node;
    },
  });
  const read = image === null ? null : readImage(image, caption === null ? null : textOf(caption) || null, base);
  return read ? [read] : [];
}

const SMALLEST_IMAGE_PIXELS = 100;

function readImage(element: Element, caption: string | null, base: string | null): Article['images'][number] | null {
  const lazy = ['data-src', 'data-original', 'data-lazy-src'].map((name) => attribute(element, name)).find(Boolean);
  const plain = attribute(element, 'src');
  const url = absolute(plain && !plain.startsWith('data:') ? plain : (lazy ?? null), base);
  if (url === null) return null;
  const width = pixels(element.attribs['width']);
  const height = pixels(element.attribs['height']);
  // counters, icons, portraits of authors
  if ((width !== null && width < SMALLEST_IMAGE_PIXELS) || (height !== null && height < SMALLEST_IMAGE_PIXELS))
    return null;
  return { url, width, height, alt: attribute(element, 'alt'), caption };
}
