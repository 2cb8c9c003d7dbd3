import type { Article } from '@khabar/contracts';

/** An image as an article has it. */
export type Image = Article['images'][number];

/** Text in one style. A line feed in it is a line break. */
export interface Run {
  readonly text: string;
  readonly strong: boolean;
  readonly emphasis: boolean;
  /** Absolute, http(s) or mailto. */
  readonly href: string | null;
}

/** One item of a list; those of the lists within it follow it, one deeper. */
export interface ListItem {
  readonly runs: readonly Run[];
  /** 0 in the outermost list. */
  readonly depth: number;
  /** Its number, from 0; null in a list without numbers. */
  readonly number: number | null;
}

/** A cell of a table; one without runs is empty. */
export interface Cell {
  readonly runs: readonly Run[];
  readonly isHeader: boolean;
}

/** One block of a body, in the order in which it stands in the text. Flat: no block holds another, so nothing of it nests without bound. */
export type Block =
  | { readonly kind: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly kind: 'heading'; readonly level: HeadingLevel; readonly runs: readonly Run[] }
  | { readonly kind: 'list'; readonly items: readonly ListItem[] }
  | { readonly kind: 'quote'; readonly paragraphs: readonly (readonly Run[])[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'figure'; readonly image: Image };

/** An article's title is its h1, so its headings are h2 to h4. */
export type HeadingLevel = 2 | 3 | 4;

/** A text without styles. */
export function plainRun(text: string): Run {
  return { text, strong: false, emphasis: false, href: null };
}

/** A paragraph without styles. */
export function plainParagraph(text: string): Block {
  return { kind: 'paragraph', runs: [plainRun(text)] };
}

/** The text of runs. */
export function textOfRuns(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join('');
}

/** The words of a block, for comparing and counting; its parts are apart by line feeds. The body's own form of it is bodyOfHtml's. */
export function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return textOfRuns(block.runs);
    case 'list':
      return block.items.map(({ runs }) => textOfRuns(runs)).join('\n');
    case 'quote':
      return block.paragraphs.map(textOfRuns).join('\n');
    case 'code':
      return block.text;
    case 'table':
      return block.rows.map((row) => row.map(({ runs }) => textOfRuns(runs)).join(' | ')).join('\n');
    case 'figure':
      return '';
  }
}
