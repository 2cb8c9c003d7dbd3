/** A stretch of words of two texts: in both, only in the old one, or only in the new one. */
export interface Stretch {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Cells of the largest table that is filled, 16 MB of memory; texts that differ more are told to be other texts. */
const MOST_CELLS = 4_000_000;

const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of two texts, of any script, side by side: a longest common subsequence of them is what both have. */
export function diffWords(before: string, after: string): Stretch[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return joined([...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)]);
}

const same = (text: string): Stretch => ({ kind: 'same', text });
const removed = (text: string): Stretch => ({ kind: 'removed', text });
const added = (text: string): Stretch => ({ kind: 'added', text });

function diffMiddle(a: readonly string[], b: readonly string[]): Stretch[] {
  const width = b.length + 1;
  if ((a.length + 1) * width > MOST_CELLS) return [...a.map(removed), ...b.map(added)];
  // lengths[i * width + j]: of the longest common subsequence of what is behind i and behind j
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j]!;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const stretches: Stretch[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      stretches.push(same(a[i]!));
      i++;
      j++;
    } else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) stretches.push(removed(a[i++]!));
    else stretches.push(added(b[j++]!));
  }
  return stretches;
}

/** Words, and what stands between them. */
function wordsOf(text: string): string[] {
  return Array.from(WORDS.segment(text), ({ segment }) => segment);
}

/** Stretches as long as they can be. A mere space that both have parts no change from the next: `[-a b-]{+x y+}`, not word for word. */
function joined(words: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  const change = { removed: '', added: '' };
  const flush = () => {
    for (const kind of ['removed', 'added'] as const) {
      if (change[kind] !== '') found.push({ kind, text: change[kind] });
      change[kind] = '';
    }
  };
  for (const [at, { kind, text }] of words.entries()) {
    if (kind !== 'same') {
      change[kind] += text;
      continue;
    }
    const isBetween = change.removed !== '' && change.added !== '' && /^\s+$/.test(text);
    if (isBetween && (words[at + 1]?.kind ?? 'same') !== 'same') {
      change.removed += text;
      change.added += text;
      continue;
    }
    flush();
    const last = found.at(-1);
    if (last?.kind === 'same') found[found.length - 1] = same(last.text + text);
    else found.push(same(text));
  }
  flush();
  return found;
}
