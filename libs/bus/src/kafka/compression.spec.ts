import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { registerCodecs } from './compression.ts';

const { CompressionCodecs, CompressionTypes } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');

describe('reading what is compressed', () => {
  registerCodecs();

  it.each([
    ['zstd', CompressionTypes.ZSTD, zstdCompressSync],
    ['gzip', CompressionTypes.GZIP, gzipSync],
  ] as const)('has an end, however few bytes it comes in (%s)', async (_, type, compress) => {
    const { decompress } = CompressionCodecs[type]();
    const endless = compress(Buffer.alloc(129 * 1024 * 1024));
    expect(endless.length).toBeLessThan(256 * 1024);
    await expect(decompress(endless)).rejects.toMatchObject({ code: 'record-batch-too-large' });
    const large = Buffer.alloc(9 * 1024 * 1024, 'ख');
    expect((await decompress(compress(large))).equals(large)).toBe(true);
  });
});
