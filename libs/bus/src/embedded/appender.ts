import type { Pool } from 'pg';
import type { OutgoingRecord } from '../driver.ts';
import { APPEND_ARGUMENTS, type PlacedRecord, appendValues, placeRecord } from './append-statement.ts';
import { rowsOf } from './database.ts';
import type { Log, LogTopic } from './log.ts';

/**
 * Largest append, in bytes and records: a batch of 500 events of some 10 kB still is one. A record larger than that travels alone.
 */
const APPEND_MAX_BYTES = 8 * 1024 * 1024;
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
  readonly record: PlacedRecord;
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
      const items = records.map((record) => ({ send, record: placeRecord(record, topics.get(record.topic)!) }));
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
        await rowsOf(this.#pool, {
          name: 'khabar_bus_append',
          text: `select bus.append(${APPEND_ARGUMENTS})`,
          values: appendValues(items.map(({ record }) => record)),
        });
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
      bytes += item.record.bytes;
      if (count > 0 && (bytes > APPEND_MAX_BYTES || count === APPEND_MAX_RECORDS)) break;
      count += 1;
    }
    const items = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return items;
  }
}
