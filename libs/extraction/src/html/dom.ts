import { type AnyNode, type Document, Element, isTag, isText } from 'domhandler';
import { parseDocument } from 'htmlparser2';

/** A parsed document; htmlparser2 accepts any text and never throws. */
export function parseHtml(html: string): Document {
  return parseDocument(html);
}

/** What {@link traverse} calls. */
export interface Visitor {
  /** Returns false to leave out the node's children. */
  enter(node: AnyNode): boolean | void;
  leave?(node: AnyNode): void;
}

/**
 * Visits everything below a node in document order. By links and not by recursion, for pages nest as deep as they like.
 */
export function traverse(root: AnyNode, visitor: Visitor): void {
  let node: AnyNode | null = firstChild(root);
  while (node) {
    const into: AnyNode | null = visitor.enter(node) === false ? null : firstChild(node);
    if (into) {
      node = into;
      continue;
    }
    visitor.leave?.(node);
    while (node && !node.next) {
      const parent: AnyNode | null = node.parent;
      node = parent === root ? null : parent;
      if (node) visitor.leave?.(node);
    }
    node = node?.next ?? null;
  }
}

/** The elements below a node in document order, as far as its first `mostNodes` nodes go. */
export function* elementsIn(root: AnyNode, mostNodes: number): Generator<Element> {
  let node: AnyNode | null = firstChild(root);
  for (let count = 0; node !== null && count < mostNodes; count++) {
    if (isTag(node)) yield node;
    let next: AnyNode | null = firstChild(node);
    while (next === null && node !== null && node !== root) {
      next = node.next;
      node = node.parent;
    }
    node = next;
  }
}

function firstChild(node: AnyNode): AnyNode | null {
  return 'children' in node ? (node.children[0] ?? null) : null;
}

const UNREAD = new Set(['script', 'style', 'template', 'noscript']);

// Elements that are asked for their text may stand within each other, thousands deep; what is asked is short by nature.
const LONGEST_TEXT_NODES = 2_000;

/** The text below a node, white space folded; of a very large one its beginning. */
export function textOf(root: AnyNode): string {
  let text = '';
  let budget = LONGEST_TEXT_NODES;
  traverse(root, {
    enter(node) {
      if (budget-- <= 0) return false;
      if (isText(node)) text += node.data;
      else if (isTag(node)) {
        if (UNREAD.has(node.name)) return false;
        if (!INLINE.has(node.name)) text += ' ';
      }
      return true;
    },
  });
  return fold(text);
}

/** Elements between whose text and its surroundings there is no space of their own. */
export const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

/** White space of any kind becomes one plain space. */
export function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** An attribute without surrounding white space; null when absent or empty. */
export function attribute(element: Element, name: string): string | null {
  return element.attribs[name]?.trim() || null;
}

/** An address found in a document, absolute; null for what is no http(s) address. */
export function absolute(found: string | null, base: string | null): string | null {
  if (!found) return null;
  try {
    const url = base === null ? new URL(found) : new URL(found, base);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

/** A count of pixels as HTML writes it; null for anything else. */
export function pixels(found: string | null | undefined): number | null {
  const value = /^(\d{1,5})(?:px)?$/.exec(found?.trim() ?? '');
  return value ? Number(value[1]) : null;
}

export { Element, isTag, isText };
