/** An http(s) address, made absolute against a base where it is relative; null where it is none. */
export function resolveAddress(found: string | null | undefined, base: string | null): string | null {
  const text = found?.trim() ?? '';
  if (text === '' || !URL.canParse(text, base ?? undefined)) return null;
  const url = new URL(text, base ?? undefined);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}

/** The base address that holds inside an element with this `xml:base` (XML Base, section 4): itself relative to the base outside. */
export function baseWithin(xmlBase: string | undefined, outer: string | null): string | null {
  return xmlBase === undefined ? outer : (resolveAddress(xmlBase, outer) ?? outer);
}
