import type { OutgoingRecord } from './driver.ts';

/** Fixed part of a Kafka record batch (RecordBatch, magic 2). */
const BATCH_OVERHEAD_BYTES = 61;

/** What zstd may add to bytes that it cannot compress: their 256th part and 64 (ZSTD_COMPRESSBOUND in zstd.h). */
const COMPRESSION_PART = 256;
const COMPRESSION_BYTES = 64;

// Length, attributes, timestamp and offset deltas, lengths of key and value, number of headers: each at the longest its varint may be.
const RECORD_OVERHEAD_BYTES = 36;
const HEADER_OVERHEAD_BYTES = 10;

/** The most bytes that a record takes in a Kafka record batch, uncompressed. */
export function recordBytes(record: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.value?.length ?? 0);
  if (record.foreign?.key) bytes += record.foreign.key.length;
  else if (record.key !== null) bytes += Buffer.byteLength(record.key);
  for (const [name, value] of Object.entries(record.headers)) {
    bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  for (const [name, values] of Object.entries(record.foreign?.headers ?? {})) {
    for (const value of values) bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + value.length;
  }
  return bytes;
}

/** The most bytes that a record takes in Kafka when it travels alone, compressed: what a topic's `max.message.bytes` is held against. */
export function largestRecordBatchBytes(record: OutgoingRecord): number {
  const bytes = recordBytes(record);
  return BATCH_OVERHEAD_BYTES + bytes + Math.ceil(bytes / COMPRESSION_PART) + COMPRESSION_BYTES;
}

/** How many bytes of records surely fit into one batch of a topic that takes `maxMessageBytes`. */
export function roomForRecords(maxMessageBytes: number): number {
  const bytes = maxMessageBytes - BATCH_OVERHEAD_BYTES - COMPRESSION_BYTES;
  return Math.floor((bytes * COMPRESSION_PART) / (COMPRESSION_PART + 1));
}

/** About how many bytes a record takes in memory; cheaper than {@link recordBytes}, for every record that comes in is weighed. */
export function weightOf({ key, headers, value }: Pick<OutgoingRecord, 'key' | 'headers' | 'value'>): number {
  let weight = RECORD_OVERHEAD_BYTES + (value?.length ?? 0) + (key?.length ?? 0);
  for (const name in headers) weight += HEADER_OVERHEAD_BYTES + name.length + headers[name]!.length;
  return weight;
}
