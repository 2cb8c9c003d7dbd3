import type { PageBlock } from './blocks.ts';

const ENDS_A_SENTENCE = /[.!?…।॥。！？؟۔।:]["'”’»)\]」』]*\s*$/u;
/** Where words are not apart by spaces, about two characters are one. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** A rough count of words. */
function wordsIn(text: string): number {
  const spaced = text.split(' ').length;
  return UNSPACED.test(text) ? Math.max(spaced, Math.round(text.length / 2)) : spaced;
}

/**
 * How much a block looks like the text of an article (positive) or like what is around it (negative). The largest sum over consecutive blocks
 * is the body, after Pasternack and Roth, "Extracting Article Text from the Web with Maximum Subsequence Segmentation" (WWW 2009).
 */
function scoreOf(block: PageBlock): number {
  const words = wordsIn(block.text);
  const linked = block.linkLength / block.text.length;
  if (block.outside > 0) return -4 - Math.min(words, 40) * block.outside * 0.5;
  const hint = block.within === 'body' ? 4 : block.within === 'article' ? 1 : 0;
  if (block.kind === 'heading') return (linked > 0.5 ? -8 : -1) + hint;
  if (linked > 0.5) return -6 - Math.min(words, 30);
  const sentence = ENDS_A_SENTENCE.test(block.text);
  if (block.kind === 'list') return (sentence || words > 12 ? words * 0.6 : -3) * (1 - linked) + hint;
  if (words < 8 && !sentence) return -6 + hint;
  const paragraph = block.container.name === 'p' || block.kind === 'quote' || block.kind === 'code' ? 4 : 0;
  return Math.min(words, 120) * (1 - 1.6 * linked) + (sentence ? 3 : -8) + paragraph + hint;
}

/** The first and last index of the body among the blocks; null where nothing looks like one. */
export function findBody(blocks: readonly PageBlock[]): { from: number; to: number } | null {
  let best = { from: 0, to: -1, sum: 0 };
  let from = 0;
  let sum = 0;
  for (const [at, block] of blocks.entries()) {
    sum += scoreOf(block);
    if (sum <= 0) {
      sum = 0;
      from = at + 1;
    } else if (sum > best.sum) best = { from, to: at, sum };
  }
  return best.to < 0 ? null : { from: best.from, to: best.to };
}

const LEAST_MARKED_SHARE = 0.5;

/**
 * The blocks of the body. Where the page marks its text (`itemprop=articleBody`, or one `article`) and that holds a good part of what looks like text,
 * the marking decides; else the largest sum does.
 */
export function bodyBlocks(blocks: readonly PageBlock[]): readonly PageBlock[] {
  const good = (candidates: readonly PageBlock[]) =>
    candidates.reduce((sum, block) => sum + Math.max(0, scoreOf(block)), 0);
  const free = largestRun(blocks);
  const total = good(free);
  for (const mark of ['body', 'article'] as const) {
    const marked = blocks.filter(({ within }) => within === mark || (mark === 'article' && within === 'body'));
    const run = mark === 'article' ? largestRun(marked) : marked; // other articles of the page may be teasers
    if (run.length > 0 && good(run) >= total * LEAST_MARKED_SHARE && good(run) > 40) {
      return trim(run).filter(belongs);
    }
  }
  return free.filter(belongs);
}

function largestRun(marked: readonly PageBlock[]): readonly PageBlock[] {
  const found = findBody(marked);
  return found ? marked.slice(found.from, found.to + 1) : [];
}

// Headings without text behind them, link lists at either end.
function trim(run: readonly PageBlock[]): readonly PageBlock[] {
  let from = 0;
  let to = run.length;
  while (from < to && scoreOf(run[from]!) < 0 && run[from]!.kind !== 'heading') from++;
  while (to > from && scoreOf(run[to - 1]!) < 0) to--;
  return run.slice(from, to);
}

function belongs(block: PageBlock): boolean {
  if (block.outside > 0) return false;
  const linked = block.linkLength / block.text.length;
  if (block.kind === 'heading') return linked < 0.8;
  if (linked > 0.7) return false;
  return block.text.length > 1;
}
