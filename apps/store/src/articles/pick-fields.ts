/** What a request asks to see of each item: names of its fields; null for all. */
export type Fields = readonly string[] | null;

/** The item with these fields and its id, in the order in which it has them. */
export function pickFields<T extends { readonly id: string }>(item: T, fields: Fields): Partial<T> {
  if (fields === null) return item;
  const wanted = new Set(['id', ...fields]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.has(name))) as Partial<T>;
}
