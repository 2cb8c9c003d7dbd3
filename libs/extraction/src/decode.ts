import { KhabarError } from '@khabar/contracts';
import sniffEncoding from 'html-encoding-sniffer';

/** Text out of bytes, and whether some of them fitted the encoding not. */
export interface Decoded {
  readonly text: string;
  readonly broken: boolean;
}

/** Share of control bytes, or of characters that no encoding explains, beyond which a body is no text. Random bytes have 0.1 of the first. */
const RUBBISH_SHARE = 0.03;
const SAMPLE_BYTES = 65_536;

/** First bytes of what is served as text by mistake: PNG, JPEG, GIF, PDF, ZIP (also office documents), gzip, RIFF, Ogg, Flash, MPEG, executables. */
const BINARY_SIGNATURES = [
  '\x89PNG',
  '\xff\xd8\xff',
  'GIF8',
  '%PDF-',
  'PK\x03\x04',
  '\x1f\x8b',
  'RIFF',
  'OggS',
  'CWS',
  'ID3',
  '\x7fELF',
];

/**
 * Bytes as text: by BOM, then by the charset declared outside, then (HTML) by what the page declares, else as UTF-8 or, where
 * most of it is not that, windows-1252. Bytes that are UTF-8 beyond ASCII, all or nearly all, are taken as such whatever is declared: no
 * other text looks like it by chance. A sequence that is broken becomes U+FFFD.
 *
 * @throws KhabarError `not-text` for binary data.
 */
export function decodeBody(bytes: Uint8Array, charset: string | null, format: 'text' | 'html'): Decoded {
  const wide = utf16Of(bytes);
  if (wide !== null) return decoded(bytes, wide);
  refuseBinary(bytes);
  const asUtf8 = decoded(bytes, 'utf-8');
  if (/[^\0-\x7f]/.test(asUtf8.text) && isMostlyUtf8(asUtf8.text)) return asUtf8;
  const declared = declaredEncoding(bytes, charset, format);
  if (declared !== null && declared !== 'UTF-8') return decoded(bytes, declared);
  return asUtf8.broken ? decoded(bytes, 'windows-1252') : asUtf8;
}

function decoded(bytes: Uint8Array, encoding: string): Decoded {
  let text: string;
  try {
    text = new TextDecoder(encoding).decode(bytes);
  } catch {
    text = new TextDecoder().decode(bytes); // the standard's "replacement" encoding, which has no decoder
  }
  return { text, broken: text.includes('\ufffd') };
}

function declaredEncoding(bytes: Uint8Array, charset: string | null, format: 'text' | 'html'): string | null {
  if (format === 'text' && charset === null) return null;
  const found = sniffEncoding(format === 'html' ? bytes : new Uint8Array(), {
    defaultEncoding: 'none',
    ...(charset !== null && { transportLayerEncodingLabel: charset }),
  });
  return found === 'none' ? null : found;
}

/** UTF-16 by its BOM, or by zero bytes at every other place, as Latin text has them. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const end = Math.min(bytes.length, SAMPLE_BYTES);
  const zeros = [0, 0];
  for (let at = 0; at < end; at += 1) if (bytes[at] === 0) zeros[at % 2]! += 1;
  if (zeros[1]! > end * 0.3 && zeros[0]! < end * 0.02) return 'utf-16le';
  if (zeros[0]! > end * 0.3 && zeros[1]! < end * 0.02) return 'utf-16be';
  return null;
}

function refuseBinary(bytes: Uint8Array): void {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  const end = Math.min(bytes.length, SAMPLE_BYTES);
  let controls = 0;
  for (let at = 0; at < end; at += 1) if (isControl(bytes[at]!)) controls += 1;
  if (
    controls > end * RUBBISH_SHARE ||
    BINARY_SIGNATURES.some((signature) => head.startsWith(signature) && controls > 0)
  ) {
    throw new KhabarError('not-text', 'The body is binary data, not text');
  }
}

// ESC is no rubbish: the Japanese, Korean and Chinese ISO 2022 encodings are made with it.
function isControl(byte: number): boolean {
  return byte < 0x20 ? byte < 0x09 || (byte > 0x0d && byte !== 0x1b) : byte === 0x7f;
}

// In UTF-8 with a few bytes lost, whole characters beyond ASCII far outnumber the broken ones; read as UTF-8, another encoding has hardly any.
function isMostlyUtf8(text: string): boolean {
  let whole = 0;
  let broken = 0;
  for (const character of text.slice(0, SAMPLE_BYTES)) {
    if (character === '\ufffd') broken += 1;
    else if (character > '\x7f') whole += 1;
  }
  return broken === 0 || whole > broken * 3;
}
