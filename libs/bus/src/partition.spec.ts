import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from './partition.ts';

describe('the partition of a key', () => {
  it.each([
    // the vectors of Apache Kafka's own UtilsTest.testMurmur2
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("hashes %j as Kafka's own client does", (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('is where kafkajs puts the key, whatever the key', () => {
    const partitioner = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uuid()), (key) => {
        const theirs = partitioner({ topic: 'topic', partitionMetadata, message: { key, value: '' } });
        return partitionOf(key, 12) === theirs;
      }),
    );
  });

  it('of a record without key is always the same', () => {
    expect(partitionOf(null, 12)).toBe(partitionOf('', 12));
  });

  it('of bytes is that of the same text', () => {
    expect(partitionOf(Buffer.from('ख़बर'), 12)).toBe(partitionOf('ख़बर', 12));
  });
});
