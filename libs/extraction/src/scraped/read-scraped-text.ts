import { LINE_END, cleanLine } from '../clean-text.ts';
import type { Reading } from '../reading.ts';

/** Reads a text that was scraped off a page. */
export function readScrapedText(text: string): Reading {
  const lines = text
    .split(LINE_END)
    .map(cleanLine)
    .filter((line) => line !== '');
  return {
    how: 'scraped-text',
    kind: 'article',
    titles: lines.slice(0, 1).filter((line) => line.length <= 250),
    kicker: null,
    summary: null,
    blocks: lines.slice(1).map((line) => ({ kind: 'paragraph', text: line })),
    bylines: [],
    agencies: [],
    published: [],
    modified: [],
    claimedLanguage: null,
    section: null,
    tags: [],
    images: [],
    externalId: null,
    relCanonical: null,
    siteName: null,
    warnings: [],
  };
}
