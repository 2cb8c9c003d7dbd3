import { type Block, textOfBlock } from './block.ts';
import { comparable } from './clean-text.ts';
import type { Reading } from './reading.ts';

/** A body is poorer than another when it has less than this share of its text. */
const POORER_SHARE = 0.6;

/**
 * One reading of a page (or pushed text) and of the feed entry that announced it. The page gives the body, unless the entry has the full
 * text and the page shows only a part of it; the entry is the better witness of title and dates, and of what else the page does not say.
 */
export function mergeReadings(page: Reading, entry: Reading): Reading {
  // A page states its own facts; in bare text they are only found, so what comes with it is believed more.
  const [stated, found] = page.how === 'scraped-text' ? [entry, page] : [page, entry];
  const entryIsFuller = entry.how === 'entry' && lengthOf(page.blocks) < lengthOf(entry.blocks) * POORER_SHARE;
  return {
    how: entryIsFuller ? 'entry' : page.how,
    kind: page.kind,
    titles: mergeTitles(page.titles, entry.titles),
    kicker: page.kicker ?? entry.kicker,
    summary: page.summary ?? summaryOf(entry, page.blocks),
    blocks: entryIsFuller ? entry.blocks : page.blocks,
    bylines: stated.bylines.length > 0 ? stated.bylines : found.bylines,
    agencies: [...page.agencies, ...entry.agencies],
    published: [...stated.published, ...found.published],
    modified: [...stated.modified, ...found.modified],
    claimedLanguage: page.claimedLanguage ?? entry.claimedLanguage,
    section: page.section ?? entry.section,
    tags: stated.tags.length > 0 ? stated.tags : found.tags,
    images: [...page.images, ...entry.images.filter(({ url }) => !page.images.some((image) => image.url === url))],
    externalId: entry.externalId ?? page.externalId,
    relCanonical: page.relCanonical,
    siteName: page.siteName ?? entry.siteName,
    warnings: [...page.warnings, ...(entryIsFuller ? ['body-of-entry'] : [])],
  };
}

// The page's own title stands when it is the entry's, whole or with more before or behind it; a page that says something else altogether
// (a section's name, "Access denied") is believed less than the feed.
function mergeTitles(page: readonly string[], entry: readonly string[]): string[] {
  const announced = entry[0];
  if (announced === undefined) return [...page];
  const key = comparable(announced.replace(/\s*(?:…|\.{3})$/, ''));
  const first = comparable(page[0] ?? '');
  const agrees =
    first !== '' && key !== '' && (first.includes(key) || key.includes(first) || sharesWords(page[0]!, announced));
  const same = page.find((title) => comparable(title) === key);
  return [...(same === undefined ? [] : [same]), ...(agrees ? page : [announced, ...page]), announced];
}

function sharesWords(a: string, b: string): boolean {
  const words = (text: string) =>
    new Set(
      text
        .toLowerCase()
        .split(/[^\p{L}\p{M}\p{N}]+/u)
        .filter((word) => word.length > 2),
    );
  const [ofA, ofB] = [words(a), words(b)];
  const shared = [...ofA].filter((word) => ofB.has(word)).length;
  return shared * 3 >= Math.min(ofA.size, ofB.size);
}

// The entry's text is a standfirst only where it is no copy of the body's beginning.
function summaryOf(entry: Reading, body: readonly Block[]): string | null {
  const summary = entry.summary ?? (entry.how === 'summary' ? entry.blocks.map(textOfBlock).join(' ') : null);
  if (summary === null) return null;
  const key = comparable(summary.replace(/\s*\[?(?:…|\.{3})\]?$/, ''));
  return key === '' || comparable(body.slice(0, 3).map(textOfBlock).join('')).includes(key) ? null : summary;
}

function lengthOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + textOfBlock(block).length, 0);
}
