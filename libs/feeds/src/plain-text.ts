import { decodeHTMLStrict, escapeText } from 'entities';
import { Parser } from 'htmlparser2';

/** Elements that titles and short texts carry; a `<` before any other word is a character of the text. */
const INLINE =
  'a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd mark picture q s samp small source span strike strong sub sup time tt u var wbr';
const BREAKING =
  'blockquote br center dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul';
const UNSEEN = 'noscript script style template';

const inline = new Set(INLINE.split(' '));
const breaking = new Set(BREAKING.split(' '));
const unseen = new Set(UNSEEN.split(' '));

/** In UTF-16 units. No title is as long, and what is nested deep in more of it would take time beyond its length. */
const LONGEST = 20_000;

/** The text that a reader of this HTML sees, on one line: without tags, its entities read once; of its first 20,000 characters. */
export function plainText(found: string): string {
  const html = found.slice(0, LONGEST);
  let text = '';
  let hidden = 0;
  const sourceOfTag = () => html.slice(parser.startIndex, parser.endIndex + 1);
  const parser = new Parser(
    {
      ontext: (piece) => {
        if (hidden === 0) text += piece;
      },
      onopentagname: (name) => {
        if (unseen.has(name)) hidden += 1;
        else if (breaking.has(name)) text += ' ';
      },
      onopentag: (name) => {
        if (hidden === 0 && !isKnown(name)) text += sourceOfTag();
      },
      onclosetag: (name, isImplied) => {
        if (unseen.has(name)) hidden -= 1;
        else if (breaking.has(name)) text += ' ';
        else if (hidden === 0 && !isImplied && !isKnown(name)) text += sourceOfTag();
      },
    },
    // Only references that end in a semicolon are read: "R&notes" is no negation.
    { decodeEntities: false, recognizeCDATA: true },
  );
  parser.end(html);
  return oneLine(decodeHTMLStrict(text));
}

function isKnown(name: string): boolean {
  return inline.has(name) || breaking.has(name) || unseen.has(name);
}

/** A text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Plain text as HTML that reads the same: paragraphs where empty lines stood, line breaks where lines ended. */
export function htmlOfText(text: string): string {
  return text
    .trim()
    .split(/\r?\n\s*\n/)
    .map((paragraph) => `<p>${escapeText(paragraph.trim()).replace(/\r?\n/g, '<br>')}</p>`)
    .join('\n');
}

const KNOWN_TAG = new RegExp(
  String.raw`</?(?:${[INLINE, BREAKING, UNSEEN].join(' ').replaceAll(' ', '|')})(?:\s[^<>]*)?/?>`,
  'i',
);

/** Whether a text whose type nobody declared is meant as HTML. */
export function looksLikeHtml(text: string): boolean {
  return KNOWN_TAG.test(text) || /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,31});/i.test(text);
}
