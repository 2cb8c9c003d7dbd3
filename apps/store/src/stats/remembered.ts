/** An answer serves for so many times as long as it took: what is dear is asked for less often. */
const TIMES_ITS_COST = 10;

/**
 * `read` that runs once at a time, whoever asks, and whose answer serves for `forMs` after it came, or for ten times as long as it took,
 * where that is longer. A failure is not remembered.
 */
export function remembered<T>(
  read: () => Promise<T>,
  forMs: number,
  clock = () => performance.now(),
): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let staleAt = Infinity;
  return () => {
    if (answer !== null && clock() < staleAt) return answer;
    staleAt = Infinity;
    const askedAt = clock();
    answer = read().then(
      (value) => {
        staleAt = clock() + Math.max(forMs, TIMES_ITS_COST * (clock() - askedAt));
        return value;
      },
      (error: unknown) => {
        answer = null;
        throw error;
      },
    );
    return answer;
  };
}
