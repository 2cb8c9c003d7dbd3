import type { OutgoingRecord } from './driver.ts';

/** Fixed part of a Kafka record batch (RecordBatch, magic 2). */
export const BATCH_OVERHEAD_BYTES = 61;

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

/** What a topic's `max.message.bytes` is held against when the record travels alone. */
export function largestRecordBatchBytes(record: OutgoingRecord): number {
  return BATCH_OVERHEAD_BYTES + recordBytes(record);
}
