const HEADER = 'khabar-erased-at';

/** What a log may hold of a record; see {@link isErased}. */
interface RecordParts {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array | null;
}

/** The headers that are left of a record that was erased. `at` is RFC 3339 UTC. */
export function toErasedHeaders(at: string): Record<string, string> {
  return { [HEADER]: at };
}

/** Whether a record keeps no more than the place of an event that was erased: it has no value and nothing is to be done for it. */
export function isErased({ headers, value }: RecordParts): boolean {
  return value === null && HEADER in headers;
}
