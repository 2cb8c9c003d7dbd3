import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { constants, unzip, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { KhabarError } from '@khabar/contracts';

// neither can be imported by name from an ES module
const { CompressionCodecs, CompressionTypes } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');

/** What all that we send is compressed with. */
export const COMPRESSION = CompressionTypes.ZSTD;

/**
 * Level 1 takes three quarters of the time of zstd's default, level 3, for a twelfth more bytes. At once and not in the thread pool: a
 * full batch takes 3 ms, while the pool's way doubles the processor time to compress and takes three times as much to decompress.
 */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

/**
 * How much of a fetch's bytes there are of text once they are no longer compressed: of news in JSON three to five times as many. What a
 * consumer may fetch is told to Kafka in compressed bytes.
 */
export const COMPRESSION_RATIO = 4;
/** Largest batch that is read, in bytes without compression: far above what any topic of ours takes, and no end to a few bytes that unfold. */
const BATCH_MAX_BYTES = 128 * 1024 * 1024;
/** Between what bounds a chunk of decompressed bytes is: most batches fit into one, and small ones do not fill memory with air. */
const CHUNK_MIN_BYTES = 16 * 1024;
const CHUNK_MAX_BYTES = 1024 * 1024;

const gunzip = promisify(unzip) as (buffer: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/**
 * Teaches kafkajs zstd, which it knows by name only, to say in words what it cannot read, and to read nothing that is without bounds. Done
 * once, for the whole process: the codecs are kafkajs's own global table.
 */
export function registerCodecs(): void {
  const { compress } = CompressionCodecs[CompressionTypes.GZIP]();
  CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress,
    decompress: (buffer: Buffer) => bounded(() => gunzip(buffer, { maxOutputLength: BATCH_MAX_BYTES })),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer, { params: PARAMS }),
    decompress: (buffer: Buffer) => bounded(async () => unfold(buffer)),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => unreadable('snappy');
  CompressionCodecs[CompressionTypes.LZ4] = () => unreadable('lz4');
}

function unfold(buffer: Buffer): Buffer {
  const expected = buffer.length * COMPRESSION_RATIO;
  const chunkSize = Math.min(CHUNK_MAX_BYTES, Math.max(CHUNK_MIN_BYTES, expected));
  return zstdDecompressSync(buffer, { chunkSize, maxOutputLength: BATCH_MAX_BYTES });
}

async function bounded(decompress: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await decompress();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    const message = `A producer wrote records that are more than ${BATCH_MAX_BYTES} bytes without compression: let it send smaller batches`;
    throw new KhabarError('record-batch-too-large', message, { cause: error });
  }
}

function unreadable(codec: string) {
  const refuse = async () => {
    throw new KhabarError(
      'unsupported-compression',
      `A producer wrote records compressed with ${codec}, which cannot be read here: let it use zstd, gzip or none`,
    );
  };
  return { compress: refuse, decompress: refuse };
}
