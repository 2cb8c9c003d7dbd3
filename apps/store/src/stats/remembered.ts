/** `read` that runs once at a time, whoever asks, and whose answer serves for `forMs` after it came. A failure is not remembered. */
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
    answer = read().then(
      (value) => {
        staleAt = clock() + forMs;
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
