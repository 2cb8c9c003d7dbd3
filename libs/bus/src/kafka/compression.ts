import { createRequire } from 'node:module';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
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
 * Teaches kafkajs zstd, which it knows by name only, and to say in words what it cannot read. Done once, for the whole process: the codecs
 * are kafkajs's own global table.
 */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer, { params: PARAMS }),
    decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => unreadable('snappy');
  CompressionCodecs[CompressionTypes.LZ4] = () => unreadable('lz4');
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
