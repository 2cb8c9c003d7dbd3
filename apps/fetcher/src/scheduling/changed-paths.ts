const MOST_PATHS = 10_000;

/**
 * Paths that a watch saw change, by source, until somebody looks at them. Of so many that looking through the whole source is no more
 * work only that is kept: `many`.
 */
export class ChangedPaths {
  readonly #paths = new Map<string, Set<string> | 'many'>();

  add(sourceId: string, path: string): void {
    const paths = this.#paths.get(sourceId) ?? new Set();
    if (paths === 'many') return;
    paths.add(path);
    this.#paths.set(sourceId, paths.size > MOST_PATHS ? 'many' : paths);
  }

  bySource(): Iterable<[sourceId: string, paths: ReadonlySet<string> | 'many']> {
    return this.#paths;
  }

  delete(sourceId: string): void {
    this.#paths.delete(sourceId);
  }
}
