/**
 * The partition of a key: that of Kafka's own default partitioner (murmur2 of the key's UTF-8 bytes, sign bit cleared, modulo), so that
 * every client of ours and of others puts one entity's events into one partition. A record without key goes where the empty key goes.
 */
export function partitionOf(key: string | Uint8Array | null, partitionCount: number): number {
  return (
    (murmur2(typeof key === 'string' || key === null ? Buffer.from(key ?? '') : key) & 0x7fffffff) % partitionCount
  );
}

/** MurmurHash2 with Kafka's seed, as `org.apache.kafka.common.utils.Utils.murmur2` has it: a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const wholeWords = data.length & ~3;
  let hash = 0x9747b28c ^ data.length;
  for (let at = 0; at < wholeWords; at += 4) {
    let word = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    word = Math.imul(word, m);
    word = Math.imul(word ^ (word >>> 24), m);
    hash = Math.imul(hash, m) ^ word;
  }
  const rest = data.length - wholeWords;
  if (rest === 3) hash ^= data[wholeWords + 2]! << 16;
  if (rest >= 2) hash ^= data[wholeWords + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ data[wholeWords]!, m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
