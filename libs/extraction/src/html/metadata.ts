import type { Article } from '@khabar/contracts';
import type { AnyNode, Document } from 'domhandler';
import { Element, absolute, attribute, fold, isTag, isText, pixels, textOf, traverse } from './dom.ts';
import { type LinkedNode, articleNode, linkedNodes, texts, typesOf } from './json-ld.ts';

/** What a document's head and its marked-up parts say, each by who says it. */
export interface Metadata {
  readonly titleElement: string | null;
  readonly h1s: readonly string[];
  /** By lower-case name or property; in order of appearance. */
  readonly meta: ReadonlyMap<string, readonly string[]>;
  readonly relCanonical: string | null;
  readonly language: string | null;
  readonly linked: LinkedNode | null;
  readonly linkedTypes: ReadonlySet<string>;
  /** Microdata by `itemprop`. */
  readonly itemprops: ReadonlyMap<string, readonly string[]>;
  /** Of `<time>`, those marked as publication first. */
  readonly times: readonly string[];
  readonly relAuthors: readonly string[];
  readonly relTags: readonly string[];
  readonly hasPasswordField: boolean;
  /** Base of relative addresses: `<base>`, else the page's own. */
  readonly base: string | null;
}

/** Reads everything that a document says of itself, in one walk. */
export function readMetadata(document: Document, pageUrl: string | null): Metadata {
  const meta = new Map<string, string[]>();
  const itemprops = new Map<string, string[]>();
  const scripts: string[] = [];
  const h1s: string[] = [];
  const times: string[] = [];
  const relAuthors: string[] = [];
  const relTags: string[] = [];
  let base = pageUrl;
  let titleElement: string | null = null;
  let canonical: string | null = null;
  let language: string | null = null;
  let hasPasswordField = false;

  const readers: Readonly<Record<string, (element: Element) => void>> = {
    html: (element) => (language ??= attribute(element, 'lang') ?? attribute(element, 'xml:lang')),
    base: (element) => (base = absolute(attribute(element, 'href'), pageUrl) ?? base),
    title: (element) => {
      if (!insideSvg(element)) titleElement ??= textOf(element) || null;
    },
    meta: (element) => {
      const name = attribute(element, 'property') ?? attribute(element, 'name') ?? attribute(element, 'http-equiv');
      const content = attribute(element, 'content');
      if (name && content) for (const key of name.toLowerCase().split(/\s+/)) add(meta, key, fold(content));
    },
    link: (element) => {
      if (/(?:^|\s)canonical(?:\s|$)/i.test(attribute(element, 'rel') ?? '')) canonical ??= attribute(element, 'href');
    },
    h1: (element) => h1s.push(textOf(element)),
    script: (element) => {
      if (/ld\+json/i.test(attribute(element, 'type') ?? '')) scripts.push(rawText(element));
    },
    time: (element) => {
      const time = attribute(element, 'datetime') ?? attribute(element, 'content') ?? textOf(element);
      if (element.attribs['pubdate'] !== undefined || /publish/i.test(element.attribs['itemprop'] ?? ''))
        times.unshift(time);
      else times.push(time);
    },
    a: (element) => {
      const rel = attribute(element, 'rel') ?? '';
      if (/(?:^|\s)author(?:\s|$)/i.test(rel)) relAuthors.push(textOf(element));
      if (/(?:^|\s)tag(?:\s|$)/i.test(rel)) relTags.push(textOf(element));
    },
    input: (element) => {
      if (/^password$/i.test(attribute(element, 'type') ?? '')) hasPasswordField = true;
    },
  };

  traverse(document, {
    enter(node) {
      if (!isTag(node)) return;
      readers[node.name]?.(node);
      const itemprop = attribute(node, 'itemprop');
      if (itemprop && itemprop.length < 100) readItemprop(node, itemprop, itemprops);
    },
  });

  const nodes = linkedNodes(scripts);
  return {
    titleElement,
    h1s: h1s.filter((text) => text !== ''),
    meta,
    relCanonical: absolute(canonical, base),
    language: language ?? null,
    linked: articleNode(nodes),
    linkedTypes: new Set(nodes.flatMap(typesOf)),
    itemprops,
    times: times.filter((time) => time !== ''),
    relAuthors,
    relTags,
    hasPasswordField,
    base,
  };
}

const SHORT_ITEMPROPS = new Set(
  'headline datepublished datemodified datecreated author creator name articlesection keywords inlanguage'.split(' '),
);

function readItemprop(element: Element, itemprop: string, into: Map<string, string[]>): void {
  for (const name of itemprop.toLowerCase().split(/\s+/)) {
    if (!SHORT_ITEMPROPS.has(name)) continue;
    const value = attribute(element, 'content') ?? attribute(element, 'datetime') ?? textOf(element);
    if (value && value.length < 1_000) add(into, name === 'name' ? nameOwner(element) : name, value);
  }
}

// A `name` tells its owner's: the author's, the publisher's, or nobody's in particular.
function nameOwner(element: Element): string {
  let node: AnyNode | null = element.parent;
  for (let up = 0; node && up < 5; node = node.parent, up++) {
    const owner = isTag(node) ? attribute(node, 'itemprop') : null;
    if (owner) return `${owner.toLowerCase()}.name`;
  }
  return 'name';
}

function insideSvg(element: Element): boolean {
  const parent = element.parent;
  return parent !== null && isTag(parent) && parent.name === 'svg';
}

function rawText(element: Element): string {
  return element.children.map((child) => (isText(child) ? child.data : '')).join('');
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

/** The first thing that any of these meta names says. */
export function metaOf({ meta }: Metadata, ...names: string[]): string | null {
  for (const name of names) {
    const [value] = meta.get(name) ?? [];
    if (value) return value;
  }
  return null;
}

/** The picture that a page names as its own; at most one, with what is known of it. */
export function leadImage(metadata: Metadata): Article['images'] {
  const { linked, base } = metadata;
  const image = Array.isArray(linked?.['image']) ? linked['image'][0] : linked?.['image'];
  const node = (typeof image === 'object' && image !== null ? image : {}) as LinkedNode;
  const address =
    metaOf(metadata, 'og:image:secure_url', 'og:image', 'og:image:url') ??
    texts(node['url'] ?? node['contentUrl'] ?? image)[0] ??
    metaOf(metadata, 'twitter:image', 'twitter:image:src');
  const url = absolute(address ?? null, base);
  if (url === null) return [];
  const fromMeta = metaOf(metadata, 'og:image') !== null;
  const size = (name: 'width' | 'height') =>
    pixels(fromMeta ? metaOf(metadata, `og:image:${name}`) : texts(node[name])[0]);
  const alt = metaOf(metadata, 'og:image:alt', 'twitter:image:alt');
  const caption = texts(node['caption'])[0] ?? null;
  return [{ url, width: size('width'), height: size('height'), alt, caption }];
}
