/** `unknown-charset`: a declared name that no decoder knows; `broken-encoding`: bytes that the encoding has no character for. */
export type DecodingWarning = 'unknown-charset' | 'broken-encoding';

/** A document's text and how it was read. */
export interface DecodedDocument {
  readonly text: string;
  /** WHATWG name of the encoding that was used. */
  readonly charset: string;
  readonly warnings: readonly DecodingWarning[];
}

const PROLOG_BYTES = 1024;

/**
 * The text of an XML or JSON document. The order is RFC 7303's (section 3): byte order mark, then the charset of the transport, then
 * the document's own XML declaration, then UTF-8. One exception to it: bytes beyond ASCII that are flawless UTF-8 are UTF-8 whatever
 * single-byte charset is declared, for the chance that another encoding looks so is nil and servers that stamp ISO-8859-1 on
 * everything are many.
 */
export function decodeDocument(bytes: Uint8Array, transportCharset: string | null): DecodedDocument {
  const marked = charsetOfMark(bytes);
  if (marked !== null) return decodeAs(marked, bytes, []);

  const warnings: DecodingWarning[] = [];
  for (const name of [transportCharset, declaredCharset(bytes)]) {
    if (name === null) continue;
    const charset = knownCharset(name);
    if (charset === null) {
      if (!warnings.includes('unknown-charset')) warnings.push('unknown-charset');
      continue;
    }
    if (charset !== 'utf-8' && !charset.startsWith('utf-16') && isMultibyteUtf8(bytes)) break;
    // Its declaration was readable byte by byte, so the document is in no encoding of two-byte units.
    if (charset.startsWith('utf-16') && bytes[0] === 0x3c && bytes[1] !== 0) continue;
    return decodeAs(charset, bytes, warnings);
  }
  return decodeAs('utf-8', bytes, warnings);
}

/** `charset` of a Content-Type header, in lower case; null where it has none. */
export function charsetOf(contentType: string | null | undefined): string | null {
  const found = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))/i.exec(contentType ?? '');
  const name = (found?.[1] ?? found?.[2] ?? found?.[3] ?? '').trim().toLowerCase();
  return name === '' ? null : name;
}

function decodeAs(charset: string, bytes: Uint8Array, warnings: readonly DecodingWarning[]): DecodedDocument {
  const text = new TextDecoder(charset).decode(bytes);
  const broken = text.includes('\uFFFD') && !isExactly(charset, bytes);
  return { text, charset, warnings: broken ? [...warnings, 'broken-encoding'] : warnings };
}

function isExactly(charset: string, bytes: Uint8Array): boolean {
  try {
    new TextDecoder(charset, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** By its mark, or by where the zero bytes of an opening `<` stand (XML 1.0, appendix F). */
function charsetOfMark([a, b, c, d]: Uint8Array): string | null {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c && c === 0 && d !== 0) return 'utf-16be';
  return null;
}

function declaredCharset(bytes: Uint8Array): string | null {
  const prolog = new TextDecoder('latin1').decode(bytes.subarray(0, PROLOG_BYTES));
  const found = /^\s*<\?xml\s[^>]*?encoding\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(prolog);
  const name = (found?.[1] ?? found?.[2] ?? '').trim().toLowerCase();
  return name === '' ? null : name;
}

function knownCharset(name: string): string | null {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

function isMultibyteUtf8(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte > 0x7f) && isExactly('utf-8', bytes);
}
