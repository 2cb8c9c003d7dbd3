import { isUtf8 } from 'node:buffer';
import { KhabarError } from '@khabar/contracts';
import type { Pool } from 'pg';
import type { OutgoingRecord } from '../driver.ts';
import { partitionOf } from '../partition.ts';
import { largestRecordBatchBytes } from '../record-size.ts';
import { rowsOf } from './database.ts';
import type { Log, LogTopic } from './log.ts';

/** Largest append, in bytes and records. A record larger than that travels alone. */
const APPEND_MAX_BYTES = 4 * 1024 * 1024;
const APPEND_MAX_RECORDS = 2_000;

/** One `send` that is waiting for its records to be durable. */
interface Send {
  left: number;
  failed: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Item {
  readonly send: Send;
  readonly topic: LogTopic;
  readonly partition: number;
  readonly key: string | null;
  readonly headers: string;
  readonly value: Buffer | null;
  /** Whether the value is one that the type text can hold. */
  readonly isText: boolean;
  readonly bytes: number;
}

/**
 * Appends records to the log, one transaction at a time: what is sent while one is under way travels together in the next, so
 * that many small sends cost few flushes to the disk.
 */
export class Appender {
  readonly #pool: Pool;
  readonly #log: Log;
  #queue: Item[] = [];
  #working: Promise<void> | null = null;

  constructor(pool: Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /** @throws KhabarError `unknown-topic`, `record-too-large`, `invalid-record`: then nothing was appended; or the database's */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    const topics = new Map<string, LogTopic>();
    for (const { topic } of records) if (!topics.has(topic)) topics.set(topic, await this.#log.topic(topic));
    await new Promise<void>((resolve, reject) => {
      const send: Send = { left: records.length, failed: false, resolve, reject };
      const items = records.map((record) => toItem(record, topics.get(record.topic)!, send));
      this.#queue = this.#queue.concat(items);
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing is waiting. */
  async drained(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    await null; // whoever sends in the same turn travels along
    while (this.#queue.length > 0) {
      const items = this.#take();
      try {
        await append(this.#pool, items);
        for (const { send } of items) if (--send.left === 0) send.resolve();
      } catch (error) {
        for (const { send } of items) {
          send.failed = true;
          send.reject(error);
        }
        // the rest of a failed send is not appended: its records would overtake those that will be sent again
        this.#queue = this.#queue.filter(({ send }) => !send.failed);
      }
    }
    this.#working = null;
  }

  #take(): Item[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.#queue) {
      bytes += item.bytes;
      if (count > 0 && (bytes > APPEND_MAX_BYTES || count === APPEND_MAX_RECORDS)) break;
      count += 1;
    }
    const items = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return items;
  }
}

function toItem(record: OutgoingRecord, topic: LogTopic, send: Send): Item {
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
  return {
    send,
    topic,
    partition: partitionOf(key, topic.partitions),
    key,
    headers: JSON.stringify(record.headers),
    value,
    isText,
    bytes,
  };
}

async function append(pool: Pool, items: readonly Item[]): Promise<void> {
  const groups = new Map<string, { topic: number; partition: number; items: Item[] }>();
  for (const item of items) {
    const name = `${item.topic.id} ${item.partition}`;
    const group = groups.get(name);
    if (group) group.items.push(item);
    else groups.set(name, { topic: item.topic.id, partition: item.partition, items: [item] });
  }
  const places = [...groups.values()].sort((a, b) => a.topic - b.topic || a.partition - b.partition);
  const rows = places.flatMap((place, at) => place.items.map((item, rank) => ({ item, place: at + 1, rank })));
  await rowsOf(pool, {
    name: 'khabar_bus_append',
    text: 'select bus.append($1, $2, $3, $4, $5, $6, $7::text[]::json[], $8::text[], $9::bytea[])',
    values: [
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ items }) => items.length),
      rows.map(({ place }) => place),
      rows.map(({ rank }) => rank),
      rows.map(({ item }) => item.key),
      rows.map(({ item }) => item.headers),
      binaryArray(
        TEXT_OID,
        rows.map(({ item }) => (item.isText ? item.value : null)),
      ),
      binaryArray(
        BYTEA_OID,
        rows.map(({ item }) => (item.isText ? null : item.value)),
      ),
    ],
  });
}

/** Types of the elements (pg_type.dat). */
const BYTEA_OID = 17;
const TEXT_OID = 25;

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
