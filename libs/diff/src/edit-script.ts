/** What two sequences have: elements of both, only of the first, or only of the second, one after another. */
export interface Run {
  readonly op: 'same' | 'removed' | 'added';
  /** How many elements. */
  readonly count: number;
}

/** Most elements that may differ: what is remembered on the way grows with the square of them, to 4 MB. */
const MOST_DIFFERENCES = 2_000;

/** Most comparisons of elements: some 30 ms. Only texts that repeat themselves endlessly come so far. */
const MOST_COMPARISONS = 8_000_000;

/**
 * A shortest edit script by the greedy algorithm of E. Myers ("An O(ND) Difference Algorithm and Its Variations", 1986): quick where little
 * differs, whatever the lengths. Null where so much differs that a shortest one is not worth its price.
 */
export function editScript(a: Int32Array, b: Int32Array): Run[] | null {
  const longest = Math.min(a.length + b.length, MOST_DIFFERENCES);
  // reached[k + longest + 1]: how far in `a` one comes on diagonal k (places in a minus places in b) with d differences
  const reached = new Int32Array(2 * longest + 3);
  const steps: Int32Array[] = [];
  let comparisons = 0;
  for (let d = 0; d <= longest; d++) {
    for (let k = -d; k <= d; k += 2) {
      const at = k + longest + 1;
      const isDown = k === -d || (k !== d && reached[at - 1]! < reached[at + 1]!);
      const from = isDown ? reached[at + 1]! : reached[at - 1]! + 1;
      let x = from;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      comparisons += x - from + 1;
      reached[at] = x;
      if (x >= a.length && x - k >= b.length) return wayBack(steps, a.length, b.length);
    }
    if (comparisons > MOST_COMPARISONS) return null;
    steps.push(reached.slice(longest + 1 - d, longest + 2 + d));
  }
  return null;
}

/** From the end to the beginning: `steps[d]` holds how far one came with d differences on the diagonals -d to d. */
function wayBack(steps: readonly Int32Array[], aLength: number, bLength: number): Run[] {
  const runs: Run[] = [];
  const take = (op: Run['op'], count: number) => {
    if (count === 0) return;
    const last = runs.at(-1);
    if (last?.op === op) runs[runs.length - 1] = { op, count: last.count + count };
    else runs.push({ op, count });
  };
  let [x, y] = [aLength, bLength];
  for (let d = steps.length; d > 0; d--) {
    const before = steps[d - 1]!;
    const reachedOn = (k: number) => before[k + d - 1] ?? -1;
    const k = x - y;
    const isDown = k === -d || (k !== d && reachedOn(k - 1) < reachedOn(k + 1));
    const [startX, startY] = isDown
      ? [reachedOn(k + 1), reachedOn(k + 1) - k - 1]
      : [reachedOn(k - 1), reachedOn(k - 1) - k + 1];
    take('same', Math.min(x - startX, y - startY));
    take(isDown ? 'added' : 'removed', 1);
    [x, y] = [startX, startY];
  }
  take('same', x);
  return runs.reverse();
}
