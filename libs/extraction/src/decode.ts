import { KhabarError } from '@khabar/contracts';
import sniffEncoding from 'html-encoding-sniffer';

/** Text out of bytes, and whether some of them fitted no encoding. */
export interface Decoded {
  readonly text: string;
  readonly broken: boolean;
}

/** Beyond this share of bytes that no text has, or of bytes that no encoding explains, a body is no text. */
const RUBBISH_SHARE = 0.1;

const SAMPLE_BYTES = 65_536;

/**
 * Bytes as text: by BOM, then by the charset declared outside, then (HTML) by what the page declares, else as UTF-8, else as
 * windows-1252. A sequence that is broken becomes U+FFFD.
 *
 * @throws KhabarError `not-text` for binary data.
 */
export function decodeBody(bytes: Uint8Array, charset: string | null, format: 'text' | 'html'): Decoded {
  const encoding = encodingOf(bytes, charset, format);
  if (encoding !== 'UTF-16LE' && encoding !== 'UTF-16BE') refuseBinary(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  const brokenCount = countOf(text, '\ufffd') - (encoding === 'UTF-8' ? countOfSpelled(bytes) : 0);
  if (countOf(text, '\ufffd') > text.length * RUBBISH_SHARE) {
    throw new KhabarError('not-text', `The body is not text in ${encoding}`);
  }
  return { text, broken: brokenCount > 0 || text.includes('\ufffd') };
}
