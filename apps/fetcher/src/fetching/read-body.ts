import { type Readable, Transform, pipeline } from 'node:stream';
import zlib from 'node:zlib';
import { KhabarError, REJECTED_INPUT_HEAD_BYTES } from '@khabar/contracts';

/** More layers than any honest server stacks. */
const MOST_ENCODINGS = 2;

/** What was read of a body over the limit. */
export class BodyTooLarge extends KhabarError {
  /** Decompressed; 64 KiB unless less came. */
  readonly head: Buffer;

  constructor(maxBytes: number, head: Buffer) {
    super('too-large', `The answer is larger than FETCH_MAX_BYTES (${maxBytes} bytes)`);
    this.head = head;
  }
}

/** A response body as its headers announce it. */
export interface AnnouncedBody {
  readonly body: Readable;
  readonly contentEncoding: string | null;
  readonly contentLength: string | null;
}

/**
 * A response body, decompressed, of at most `maxBytes` on the wire and at most as many after each decompression, so that neither an
 * endless body nor a compression bomb is ever held. Of one that is announced as larger only the beginning is read.
 * @throws BodyTooLarge, KhabarError `unknown-encoding`, `malformed-response` (compressed data that is none).
 */
export async function readBody(
  { body, contentEncoding, contentLength }: AnnouncedBody,
  maxBytes: number,
): Promise<Buffer> {
  const encodings = (contentEncoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (encodings.length > MOST_ENCODINGS) {
    discardBody(body);
    throw new KhabarError('unknown-encoding', 'The answer is compressed over and over');
  }
  const stages: Transform[] = [];
  try {
    stages.push(...encodings.toReversed().flatMap((name) => [ceiling(maxBytes), decoderOf(name)]));
  } catch (error) {
    discardBody(body);
    throw error;
  }
  const isAnnouncedTooLarge = contentLength !== null && /^\d+$/.test(contentLength) && Number(contentLength) > maxBytes;
  const wanted = isAnnouncedTooLarge ? REJECTED_INPUT_HEAD_BYTES : Math.max(maxBytes, REJECTED_INPUT_HEAD_BYTES);
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = () => new BodyTooLarge(maxBytes, Buffer.concat(chunks).subarray(0, REJECTED_INPUT_HEAD_BYTES));
  // To break off is an error of the connection too, behind which nobody asks.
  body.on('error', () => undefined);
  try {
    // pipeline() passes a failure on to every stage and closes the connection.
    const end = stages.length === 0 ? body : (pipeline([body, ...stages], () => undefined) as unknown as Readable);
    for await (const chunk of end) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > wanted) break;
    }
  } catch (error) {
    if (isAnnouncedTooLarge || error === OVER_THE_CEILING) throw tooLarge();
    if (isCorruption(error)) {
      throw new KhabarError('malformed-response', 'The answer is cut off or compressed wrongly', {
        retriable: true,
        cause: error,
      });
    }
    throw error;
  }
  if (isAnnouncedTooLarge || size > maxBytes) throw tooLarge();
  return Buffer.concat(chunks);
}

/** Breaks an answer off with its connection, for nothing of it is wanted. */
function discardBody(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

/** How zlib, Brotli and Zstandard name what they cannot read. */
function isCorruption(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^Z_|^ERR__ERROR_|^ERR_BROTLI|^ZSTD_/.test(code);
}

/** What a stage of a body ends with that became larger than it may. */
const OVER_THE_CEILING = new Error('over the ceiling');

function ceiling(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      seen += chunk.length;
      if (seen > maxBytes) callback(OVER_THE_CEILING);
      else callback(null, chunk);
    },
  });
}

function decoderOf(name: string): Transform {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return inflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      // The window that RFC 8878, 3.1.1.1.2, asks every decoder to support: 8 MiB, and no more memory than that.
      return zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } });
    default:
      throw new KhabarError('unknown-encoding', 'The answer is compressed in a way that we did not offer to read');
  }
}

/** RFC 9110, 8.4.1.2: `deflate` is the zlib format, and some servers send the bare data without its header: told by the first byte. */
function inflate(): Transform {
  let inner: Transform | undefined;
  const outer = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (inner === undefined) {
        inner = (chunk[0]! & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();
        inner.on('data', (piece: Buffer) => outer.push(piece));
        inner.on('error', (error) => outer.destroy(error));
      }
      inner.write(chunk, callback);
    },
    flush(callback) {
      if (inner === undefined) return callback();
      inner.once('end', () => callback());
      inner.end();
    },
    destroy(error, callback) {
      inner?.destroy();
      callback(error);
    },
  });
  return outer;
}
