import { KhabarError } from '@khabar/contracts';
import { escapeUTF8 } from 'entities';
import { type Opml, ParseError, parseOpml as parseOutlines } from 'feedsmith';
import { charsetOf, decodeDocument } from './encoding.ts';

/** One feed of a subscription list (OPML 2.0, "Subscription lists"). */
export interface OpmlFeed {
  readonly title: string | null;
  /** As found: not checked to be an address. */
  readonly xmlUrl: string;
  readonly htmlUrl: string | null;
  readonly language: string | null;
  /** Slash-delimited, `/Country/IN`: the outline's own, else the folders that it lies in. */
  readonly category: string | null;
}

/** A subscription list. */
export interface OpmlList {
  readonly title: string | null;
  readonly feeds: OpmlFeed[];
}

/**
 * Reads the feeds of an OPML document, in folders of any depth, in order; outlines without `xmlUrl` are no feeds.
 * @throws KhabarError `not-opml` (another document), `malformed-opml` (beyond reading).
 */
export function parseOpml(bytes: Uint8Array, contentType: string | null = null): OpmlList {
  const { text } = decodeDocument(bytes, charsetOf(contentType));
  let found: Opml.Document<string>;
  try {
    found = parseOutlines(text);
  } catch (cause) {
    if (cause instanceof ParseError && /<opml[\s/>]/i.test(text)) return { title: null, feeds: [] };
    if (cause instanceof ParseError) throw new KhabarError('not-opml', 'The document is no OPML', { cause });
    throw new KhabarError('malformed-opml', 'The OPML is broken beyond reading', { cause });
  }
  return { title: found.head?.title ?? null, feeds: feedsIn(found.body?.outlines ?? []) };
}

/** Walks without recursion, for depth is the document's to choose. */
function feedsIn(outlines: readonly Opml.Outline<string>[]): OpmlFeed[] {
  const feeds: OpmlFeed[] = [];
  const waiting = outlines.map((outline) => ({ outline, folder: '' })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { outline, folder } = next;
    const name = outline.title ?? outline.text ?? null;
    const xmlUrl = outline.xmlUrl?.trim();
    if (xmlUrl) {
      feeds.push({
        title: name,
        xmlUrl,
        htmlUrl: outline.htmlUrl ?? null,
        language: outline.language ?? null,
        category: outline.category ?? (folder === '' ? null : folder),
      });
    }
    const inside = xmlUrl || name === null ? folder : `${folder}/${name.replaceAll('/', '-')}`;
    for (const child of (outline.outlines ?? []).toReversed()) waiting.push({ outline: child, folder: inside });
  }
  return feeds;
}

/** Writes a subscription list, one feed a line; what {@link parseOpml} reads from it is equal. */
export function generateOpml({ title, feeds }: OpmlList): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<opml version="2.0">',
    `  <head>${title === null ? '' : `<title>${escapeUTF8(title)}</title>`}</head>`,
    '  <body>',
    ...feeds.map(outlineOf),
    '  </body>',
    '</opml>',
    '',
  ].join('\n');
}

function outlineOf({ title, xmlUrl, htmlUrl, language, category }: OpmlFeed): string {
  // `text` is required and what most readers show.
  const attributes = { type: 'rss', text: title ?? xmlUrl, title, xmlUrl, htmlUrl, language, category };
  const written = Object.entries(attributes).map(([name, value]) =>
    value === null ? '' : ` ${name}="${quoted(value)}"`,
  );
  return `    <outline${written.join('')}/>`;
}

/** Line ends in an attribute are read as spaces (XML 1.0, 3.3.3), unless they are references. */
function quoted(value: string): string {
  return escapeUTF8(value).replace(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`);
}
