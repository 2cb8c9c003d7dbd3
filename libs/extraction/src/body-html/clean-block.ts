import { type Block, type Image, type Run, plainRun, textOfRuns } from '../block.ts';
import { cleanCode, cleanLine, cleanText } from '../clean-text.ts';

/** A block as an article carries it, every text of it clean and nothing in it empty; null where nothing is left. */
export function cleanBlock(block: Block): Block | null {
  switch (block.kind) {
    case 'paragraph':
      return ifFilled(block, cleanRuns(block.runs, 'kept'));
    case 'heading':
      return ifFilled(block, cleanRuns(block.runs.map(withoutStress), 'as-spaces'));
    case 'list': {
      const items = block.items.map((item) => ({ ...item, runs: cleanRuns(item.runs, 'kept') })).filter(isFilled);
      return items.length === 0 ? null : { ...block, items };
    }
    case 'quote': {
      const paragraphs = block.paragraphs.map((runs) => cleanRuns(runs, 'kept')).filter((runs) => runs.length > 0);
      return paragraphs.length === 0 ? null : { ...block, paragraphs };
    }
    case 'code': {
      const text = cleanCode(block.text);
      return text === '' ? null : { ...block, text };
    }
    case 'table': {
      const rows = block.rows
        .map((row) => row.map((cell) => ({ ...cell, runs: cleanRuns(cell.runs, 'as-spaces') })))
        .filter((row) => row.some(isFilled));
      return rows.length === 0 ? null : { ...block, rows };
    }
    case 'figure':
      return { ...block, image: cleanImage(block.image) };
  }
}

/** An image as an article carries it. */
export function cleanImage({ url, width, height, alt, caption }: Image): Image {
  const line = (text: string | null) => (text === null ? null : withoutLeading(cleanLine(text)) || null);
  return { url: url.toWellFormed().replaceAll('\0', ''), width, height, alt: line(alt), caption: line(caption) };
}

function ifFilled<B extends Block & { runs: readonly Run[] }>(block: B, runs: readonly Run[]): B | null {
  return runs.length === 0 ? null : { ...block, runs };
}

function isFilled({ runs }: { readonly runs: readonly Run[] }): boolean {
  return runs.length > 0;
}

// A heading is set apart by being one.
function withoutStress(run: Run): Run {
  return { ...run, strong: false, emphasis: false };
}

/** Behind a tag, NFC would make one character of the tag's `>` and this mark (U+0338 after `>` is U+226F). */
const JOINS_TAG = '\u0338';
const LEADING = /^[\s\u0338]+/;

/**
 * Runs whose texts together are exactly what the whole text is when cleaned. What cleaning does depends on what stands beside a
 * character, so the whole is cleaned and its styles are laid over it again, by counting letters; where they do not fit (a style that
 * ends between a letter and its accent), the text stays without styles.
 */
function cleanRuns(runs: readonly Run[], breaks: 'kept' | 'as-spaces'): readonly Run[] {
  const raw = textOfRuns(runs);
  const whole = breaks === 'kept' ? cleanLines(raw) : withoutLeading(cleanLine(raw));
  if (whole === '') return [];
  if (runs.length === 1) return [{ ...runs[0]!, text: whole }];
  return laidOver(whole, runs) ?? [plainRun(whole)];
}

function cleanLines(text: string): string {
  return cleanText(text)
    .split('\n')
    .map(withoutLeading)
    .filter((line) => line !== '')
    .join('\n');
}

function withoutLeading(line: string): string {
  return line.startsWith(JOINS_TAG) ? line.replace(LEADING, '') : line;
}

function laidOver(whole: string, runs: readonly Run[]): readonly Run[] | null {
  const laid: Run[] = [];
  let at = 0;
  for (const run of runs) {
    const letters = withoutSpaces(cleanLine(run.text));
    if (letters === '') continue;
    const from = at;
    for (let count = 0; count < letters.length; at++) {
      const character = whole[at];
      if (character === undefined) return null;
      if (character === ' ' || character === '\n') continue;
      if (character !== letters[count]) return null;
      count += 1;
    }
    const text = whole.slice(from, at);
    const previous = laid.at(-1);
    if (previous === undefined) laid.push({ ...run, text });
    else if (sameStyle(previous, run)) laid[laid.length - 1] = { ...run, text: previous.text + text };
    else if (/^[ \n]?\u0338/.test(text)) return null;
    else if (/^[ \n]/.test(text) && stress(previous) < stress(run)) {
      // the space between two styles is of the plainer one
      laid[laid.length - 1] = { ...previous, text: previous.text + text[0]! };
      laid.push({ ...run, text: text.slice(1) });
    } else laid.push({ ...run, text });
  }
  return at === whole.length ? laid : null;
}

function withoutSpaces(text: string): string {
  return text.replaceAll(' ', '');
}

function sameStyle(a: Run, b: Run): boolean {
  return a.strong === b.strong && a.emphasis === b.emphasis && a.href === b.href;
}

function stress({ strong, emphasis, href }: Run): number {
  return Number(strong) + Number(emphasis) + (href === null ? 0 : 2);
}
