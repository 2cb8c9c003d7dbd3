import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '@khabar/testing';
import { ECHOES, OTHERS, type Paragraphs, scrambled } from './edits.ts';

/** Real pages with their bodies as people copied them; their texts belong to their publishers and are no part of the project. */
const PAGES = '../shared/bench/extraction/pages';

/** The other sets of pages have no bodies. */
const SETS_WITH_BODIES = ['fundus', 'n4k', 'zyte'];

/** Shorter bodies are cuttings of an error, not news: characters. */
const MIN_LENGTH = 400;

/** A page whose paragraphs are to this share those of pages before it is the same news twice, and nobody has labelled it. */
const MAX_KNOWN_SHARE = 0.2;

/** A text and what is known of it. */
export interface LabelledText {
  /** Texts with the same news are echoes of each other, all others are not. */
  readonly news: string;
  /** `original`, or the name of the edit that made it. */
  readonly made: string;
  /** The page's, as its set says. */
  readonly language: string;
  /** Thresholds were chosen on the pages of the first half. */
  readonly half: 'chosen' | 'other';
  readonly text: string;
}

/**
 * Each page's text as it is, as other papers might print it, and made into other news. The same at every call.
 * @throws Error where the pages are not there
 */
export async function labelledTexts(): Promise<LabelledText[]> {
  const pages = withoutRepeats(await readPages());
  const byLanguage = Map.groupBy(pages, ({ language }) => language);
  return pages.flatMap(({ id, language, paragraphs }, at) => {
    const peers = byLanguage.get(language)!;
    // of some languages there is one page alone
    const [list, place] = peers.length > 1 ? [peers, peers.findIndex((page) => page.id === id)] : [pages, at];
    const other = list[(place + 1) % list.length]!.paragraphs;
    const around = { other, notice: scrambled(list[0]!.paragraphs, seededRandom(0)) };
    const half = at % 2 === 0 ? 'chosen' : 'other';
    const edits = [...Object.entries(ECHOES), ...Object.entries(OTHERS)];
    const made = edits.map(([name, edit], n): LabelledText => {
      const text = edit(paragraphs, seededRandom(at * 100 + n), around).join('\n\n');
      return { news: name in ECHOES ? id : `${id} ${name}`, made: name, language, half, text };
    });
    return [{ news: id, made: 'original', language, half, text: paragraphs.join('\n\n') }, ...made];
  });
}

interface Page {
  readonly id: string;
  readonly language: string;
  readonly paragraphs: Paragraphs;
}

async function readPages(): Promise<Page[]> {
  const pages: Page[] = [];
  for (const set of SETS_WITH_BODIES) {
    const folder = join(PAGES, set);
    const names = await readdir(folder).catch(() => {
      throw new Error(`The pages of ${PAGES} are not on this machine; they are not the project's to give`);
    });
    for (const name of names.filter((file) => file.endsWith('.json')).sort()) {
      const page = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
        id: string;
        lang?: string;
        body?: string;
      };
      const paragraphs = page.body?.split(/\n+/).filter((paragraph) => paragraph.trim() !== '') ?? [];
      if (paragraphs.join('').length < MIN_LENGTH) continue;
      pages.push({ id: page.id, language: page.lang ?? 'unknown', paragraphs });
    }
  }
  return pages;
}

function withoutRepeats(pages: readonly Page[]): Page[] {
  const seen = new Set<string>();
  return pages.filter(({ paragraphs }) => {
    const known = paragraphs.filter((paragraph) => seen.has(paragraph)).join('').length;
    for (const paragraph of paragraphs) seen.add(paragraph);
    return known <= MAX_KNOWN_SHARE * paragraphs.join('').length;
  });
}
