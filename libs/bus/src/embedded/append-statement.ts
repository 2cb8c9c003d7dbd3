import { isUtf8 } from 'node:buffer';
import { KhabarError } from '@khabar/contracts';
import type { OutgoingRecord } from '../driver.ts';
import { partitionOf } from '../partition.ts';
import { largestRecordBatchBytes } from '../record-size.ts';
import { headAndRest } from './head-and-rest.ts';
import type { LogTopic } from './log.ts';

/** A record with its place in the log, ready to be appended. */
export interface PlacedRecord {
  readonly topic: LogTopic;
  readonly partition: number;
  readonly key: string | null;
  /** As JSON. */
  readonly headers: string;
  readonly value: Buffer | null;
  /** Whether the value is one that the type text can hold. */
  readonly isText: boolean;
  readonly bytes: number;
}

/**
 * Places a record in its topic.
 * @throws KhabarError `record-too-large` or `invalid-record`
 */
export function placeRecord(record: OutgoingRecord, topic: LogTopic): PlacedRecord {
  const { key, value } = record;
  if (key?.includes('\0')) throw new KhabarError('invalid-record', 'A key cannot hold a NUL character');
  const bytes = largestRecordBatchBytes(record); // the same limit as with Kafka
  if (bytes > topic.maxMessageBytes) {
    throw new KhabarError(
      'record-too-large',
      `A record of ${bytes} bytes, where ${topic.name} takes ${topic.maxMessageBytes} at most`,
    );
  }
  const isText = value !== null && isUtf8(value) && !value.includes(0);
  const headers = JSON.stringify(record.headers);
  return { topic, partition: partitionOf(key, topic.partitions), key, headers, value, isText, bytes };
}

/**
 * The first ten arguments of `bus.append` and of the functions that append within something larger. The largest comes last of them:
 * `pg` puts the values into one buffer, and what stands before a large one is copied when that makes it grow.
 */
export const APPEND_ARGUMENTS =
  '$1, $2, $3, $4, $5, $6::text[], $7::text[]::json[], $10::text[], $8::text[], $9::bytea[]';

/** The values of {@link APPEND_ARGUMENTS}; records of one partition keep their order. */
export function appendValues(records: readonly PlacedRecord[]): unknown[] {
  const groups = new Map<string, { topic: number; partition: number; records: PlacedRecord[] }>();
  for (const record of records) {
    const name = `${record.topic.id} ${record.partition}`;
    const group = groups.get(name);
    if (group) group.records.push(record);
    else groups.set(name, { topic: record.topic.id, partition: record.partition, records: [record] });
  }
  const places = [...groups.values()].sort((a, b) => a.topic - b.topic || a.partition - b.partition);
  const rows = places.flatMap((place, at) => place.records.map((record, rank) => ({ record, place: at + 1, rank })));
  const texts = rows.map(({ record }) => (record.isText ? headAndRest(record) : { head: null, rest: null }));
  return [
    places.map(({ topic }) => topic),
    places.map(({ partition }) => partition),
    places.map((place) => place.records.length),
    rows.map(({ place }) => place),
    rows.map(({ rank }) => rank),
    textArray(rows.map(({ record }) => (record.key === null ? null : Buffer.from(record.key)))),
    textArray(rows.map(({ record }) => Buffer.from(record.headers))),
    textArray(texts.map(({ rest }) => rest)),
    binaryArray(
      BYTEA_OID,
      rows.map(({ record }) => (record.isText ? null : record.value)),
    ),
    textArray(texts.map(({ head }) => head)),
  ];
}

/** Types of the elements (pg_type.dat). */
const BYTEA_OID = 17;
const TEXT_OID = 25;

function textArray(values: readonly (Buffer | null)[]): Buffer {
  return binaryArray(TEXT_OID, values);
}

/** The binary form of an array (array_send in arrayfuncs.c); the text form, in which `pg` sends arrays, escapes texts and doubles bytes. */
function binaryArray(oid: number, values: readonly (Buffer | null)[]): Buffer {
  const array = Buffer.allocUnsafe(values.reduce((length, value) => length + 4 + (value?.length ?? 0), 20));
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(1, 4); // it may hold nulls
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16); // the first index
  let at = 20;
  for (const value of values) {
    array.writeInt32BE(value?.length ?? -1, at);
    at += 4 + (value?.copy(array, at + 4) ?? 0);
  }
  return array;
}
