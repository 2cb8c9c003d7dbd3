import type { FeedEntry } from '@khabar/contracts';
import { textOfBlock } from '../block.ts';
import type { Reading } from '../reading.ts';
import { readBlocks } from './blocks.ts';
import { joinBlocks } from './join-blocks.ts';
import { fold, parseHtml } from './dom.ts';

/** Lines that feeds put behind an entry's text: by name of the blog, or to lead back to the site. */
const APPENDED =
  /^(?:the post .{3,300} (?:appeared first on|first appeared on) .{2,200}|(?:continue reading|read more|read the (?:full|rest)[^.]{0,40}|weiterlesen|lire la suite|leer más|continua a leggere|और पढ़ें)\b.{0,120}|\[?…\]?|\[&#8230;\])\.?$/iu;

/** Reads a feed entry by itself: its content is the body, else its summary is. */
export function readEntry(entry: FeedEntry): Reading {
  const own = entry.content ?? entry.summary ?? '';
  const text = readBlocks(parseHtml(own), entry.link);
  const body = joinBlocks(
    text.blocks.filter((block) => !APPENDED.test(block.text)),
    text,
    entry.link,
  );
  const figures = text.figures.map(({ image }) => image);
  const summary = entry.content !== null && entry.summary !== null ? plain(entry.summary) : null;
  const [first = '', ...others] = body.map(textOfBlock).filter((words) => words !== '');
  return {
    how: entry.content === null ? 'summary' : 'entry',
    kind: 'article',
    titles: entry.title === null ? [] : [fold(entry.title)],
    kicker: null,
    summary:
      summary !== null && summary !== '' && !begins(first, summary) && !begins([first, ...others].join(' '), summary)
        ? summary
        : null,
    blocks: body,
    bylines: entry.authors,
    agencies: [],
    published: entry.published === null ? [] : [entry.published],
    modified: entry.updated === null ? [] : [entry.updated],
    claimedLanguage: entry.language,
    section: null,
    tags: entry.categories,
    images: [...entry.images, ...figures.filter(({ url }) => !entry.images.some((image) => image.url === url))],
    externalId: null, // the recipe knows which guids are ids of their own
    relCanonical: null,
    siteName: entry.feedTitle,
    warnings: [],
  };
}

/** The text of a fragment of HTML in one line. */
function plain(html: string): string {
  return readBlocks(parseHtml(html), null)
    .blocks.map(({ text }) => text)
    .join(' ');
}

/** A summary that a feed cut from its text, with or without an ellipsis, says nothing of its own. */
function begins(text: string, summary: string): boolean {
  const cut = summary.replace(/\s*(?:\[?(?:…|\.{3})\]?|\[&hellip;\])\s*$/, '');
  return text.startsWith(cut);
}
