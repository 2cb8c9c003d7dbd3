import { KhabarError, bodyBytes, isEntryOnly, type FeedEntry, type RawArticle } from '@khabar/contracts';
import { textOfBlock } from './block.ts';
import { cleanLine } from './clean-text.ts';
import { decodeBody } from './decode.ts';
import { readEntry } from './html/read-entry.ts';
import { readPage } from './html/read-page.ts';
import { mergeReadings } from './merge-readings.ts';
import type { Reading } from './reading.ts';
import { readScrapedText } from './scraped/read-scraped-text.ts';

const HTML = /^(?:text\/html|application\/xhtml\+xml)$/;
const UNKNOWN =
  /^(?:|application\/octet-stream|binary\/octet-stream|unknown\/unknown|\*\/\*|(?:text|application)\/xml)$/;

/** So much of a body says whether it is HTML (WHATWG MIME Sniffing, 7.1, looks at its first tag only). */
const SNIFFED_LENGTH = 4096;

/**
 * Reads a raw article with a body in the way that fits it: as scraped text, a page or a feed entry, and a page or text together with the
 * entry that announced it.
 *
 * @throws KhabarError `empty-body`, `not-text`, `unsupported-media-type`.
 */
export function readRawArticle(raw: RawArticle): Reading {
  if (raw.entry !== null && isEntryOnly(raw)) return readOnlyEntry(raw.entry);
  const reading = readBody(raw);
  return raw.entry === null ? reading : mergeReadings(reading, readEntry(raw.entry));
}

// Markup that somebody pushed has its title in itself.
function readOnlyEntry(entry: FeedEntry): Reading {
  const reading = readEntry(entry);
  if (reading.titles.length > 0 || entry.content === null) return reading;
  const { titles } = readPage(entry.content, entry.link);
  const heading = reading.blocks.find(({ kind }) => kind === 'heading');
  return { ...reading, titles: heading === undefined ? titles : [...titles, textOfBlock(heading)] };
}

function readBody(raw: RawArticle): Reading {
  const declaredHtml = HTML.test(raw.mediaType);
  const { text, broken } = decodeBody(bodyBytes(raw)!, raw.charset, declaredHtml || isSniffed(raw) ? 'html' : 'text');
  if (cleanLine(text) === '') throw new KhabarError('empty-body', 'The body has no text');
  const isHtml = declaredHtml || (isSniffed(raw) && looksLikeHtml(text));
  if (!isHtml && !isSniffed(raw) && !raw.mediaType.startsWith('text/')) {
    throw new KhabarError('unsupported-media-type', `No article is read out of ${raw.mediaType}`);
  }
  const reading = isHtml
    ? readPage(text, raw.http?.finalUrl ?? raw.url)
    : readScrapedText(text, raw.entry?.title?.trim() || null);
  return broken ? { ...reading, warnings: [...reading.warnings, 'broken-encoding'] } : reading;
}

function isSniffed(raw: RawArticle): boolean {
  return UNKNOWN.test(raw.mediaType);
}

function looksLikeHtml(text: string): boolean {
  return /<(?:!doctype html|html|head|body|title|meta|div|p|article|h1)\b/i.test(text.slice(0, SNIFFED_LENGTH));
}
