import { editScript } from './edit-script.ts';

/** A stretch of words of two texts: in both, only in the old one, or only in the new one. */
export interface Stretch {
  readonly op: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Longer texts are compared by paragraphs, in characters: to find the words of more takes too long. */
const MOST_CHARACTERS = 200_000;

const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * The words of two texts, of any script, side by side. The work is bounded: where too many words differ paragraphs are compared, and where
 * too many of those do, one text is told to be removed and the other to be added, but for how they begin and end.
 */
export function diffWords(before: string, after: string): Stretch[] {
  const isLong = before.length + after.length > MOST_CHARACTERS;
  const words = isLong ? null : compared(wordsOf(before), wordsOf(after));
  return joined(words ?? compared(paragraphsOf(before), paragraphsOf(after)) ?? replaced(before, after));
}

function compared(a: readonly string[], b: readonly string[]): Stretch[] | null {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [aMiddle, bMiddle] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const names = new Map<string, number>();
  const runs = editScript(named(aMiddle, names), named(bMiddle, names));
  if (runs === null) return null;
  const stretches = a.slice(0, start).map(same);
  let [x, y] = [0, 0];
  for (const { op, count } of runs) {
    const elements = op === 'added' ? bMiddle.slice(y, y + count) : aMiddle.slice(x, x + count);
    for (const text of elements) stretches.push({ op, text });
    if (op !== 'added') x += count;
    if (op !== 'removed') y += count;
  }
  return [...stretches, ...a.slice(a.length - end).map(same)];
}

const same = (text: string): Stretch => ({ op: 'same', text });

/** A number for each text, the same for the same. */
function named(texts: readonly string[], names: Map<string, number>): Int32Array {
  return Int32Array.from(texts, (text) => {
    const name = names.get(text) ?? names.size;
    names.set(text, name);
    return name;
  });
}

/** Two texts that have little in common. */
function replaced(before: string, after: string): Stretch[] {
  return [
    { op: 'removed', text: before },
    { op: 'added', text: after },
  ];
}

/** Words, and what stands between them. */
function wordsOf(text: string): string[] {
  return Array.from(WORDS.segment(text), ({ segment }) => segment);
}

function paragraphsOf(text: string): string[] {
  return text.split(/(?<=\n)(?=[^\n])/);
}

/** Stretches as long as they can be. A mere space that both have parts no change from the next: `[-a b-]{+x y+}`, not word for word. */
function joined(words: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  const change = { removed: '', added: '' };
  const flush = () => {
    for (const op of ['removed', 'added'] as const) {
      if (change[op] !== '') found.push({ op, text: change[op] });
      change[op] = '';
    }
  };
  for (const [at, { op, text }] of words.entries()) {
    if (op !== 'same') {
      change[op] += text;
      continue;
    }
    const isBetween = change.removed !== '' && change.added !== '' && /^\s+$/.test(text);
    if (isBetween && (words[at + 1]?.op ?? 'same') !== 'same') {
      change.removed += text;
      change.added += text;
      continue;
    }
    flush();
    const last = found.at(-1);
    if (last?.op === 'same') found[found.length - 1] = same(last.text + text);
    else found.push(same(text));
  }
  flush();
  return found;
}
