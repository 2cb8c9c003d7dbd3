import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import type { Pool } from 'pg';
import type { StoredRecord } from '../log-state.ts';
import type { OutgoingRecord } from '../driver.ts';
import { APPEND_ARGUMENTS, type PlacedRecord, appendValues, placeRecord } from './append-statement.ts';
import { rowsOf, type Statement } from './database.ts';

/** A topic as the log knows it; none of it ever changes. */
export interface LogTopic {
  readonly id: number;
  readonly name: string;
  readonly partitions: number;
  readonly maxMessageBytes: number;
}

/** Where one partition begins and ends. */
export interface PartitionBounds {
  readonly partition: number;
  readonly startOffset: bigint;
  readonly endOffset: bigint;
}

type RecordRow = [
  offset: string,
  appendedAtMs: string,
  key: string | null,
  headers: Record<string, string>,
  text: string | null,
  bytes: Buffer | null,
];

// The sizes are looked at first, and only what fits is read: a value is not touched to know how long it is.
const PAGE = `
with sized as (
  select "offset", coalesce(octet_length(head), octet_length(bytes), 0) + coalesce(octet_length(rest), 0) + coalesce(octet_length(key), 0) + octet_length(headers::text) as size
    from bus.record where topic_id = $1 and partition = $2 and "offset" >= $3 order by "offset" limit $4
), summed as (
  select "offset", size, sum(size) over (order by "offset" rows unbounded preceding) as sum from sized
)
select "offset", floor(extract(epoch from appended_at) * 1000)::bigint, key, headers, coalesce(head || rest, head), bytes
  from bus.record
 where topic_id = $1 and partition = $2 and "offset" >= $3
   and "offset" <= (select max("offset") from summed where sum <= $5 or sum = size)
 order by "offset"`;

/** The log as statements: topics, pages of records, commits. Every method throws KhabarErrors as `databaseError` says. */
export class Log {
  readonly #pool: Pool;
  readonly #topics = new Map<string, LogTopic>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Creates a topic with its partitions; an existing one stays as it is. */
  async createTopic(topic: TopicDefinition): Promise<void> {
    await this.#rows({
      text: `
        with created as (
          insert into bus.topic (name, partitions, retention_ms, max_message_bytes) values ($1, $2, $3, $4)
          on conflict (name) do nothing returning id, partitions
        )
        insert into bus.partition (topic_id, number) select id, number from created, generate_series(0, partitions - 1) number`,
      values: [topic.name, topic.partitions, topic.retentionMs, topic.maxMessageBytes],
    });
  }

  /** @throws KhabarError `unknown-topic` */
  async topic(name: string): Promise<LogTopic> {
    const known = this.#topics.get(name);
    if (known) return known;
    const [row] = await this.#rows<[number, number, number]>({
      text: 'select id, partitions, max_message_bytes from bus.topic where name = $1',
      values: [name],
    });
    if (!row) throw new KhabarError('unknown-topic', `There is no topic ${name}`, { retriable: true });
    const topic: LogTopic = { id: row[0], name, partitions: row[1], maxMessageBytes: row[2] };
    this.#topics.set(name, topic);
    return topic;
  }

  /** Partitions of a topic that was asked for before; null of any other. */
  partitionCount(name: string): number | null {
    return this.#topics.get(name)?.partitions ?? null;
  }

  async bounds(topic: LogTopic): Promise<PartitionBounds[]> {
    const rows = await this.#rows<[number, string, string]>({
      name: 'khabar_bus_bounds',
      text: 'select number, start_offset, next_offset from bus.partition where topic_id = $1 order by number',
      values: [topic.id],
    });
    return rows.map(([partition, start, end]) => ({
      partition,
      startOffset: BigInt(start),
      endOffset: BigInt(end),
    }));
  }

  /** Per partition the first offset appended at or after an instant (ms since epoch). */
  async offsetsSince(topic: LogTopic, sinceMs: number): Promise<Map<number, bigint>> {
    const rows = await this.#rows<[number, string]>({
      text: 'select number, bus.offset_at(topic_id, number, $2) from bus.partition where topic_id = $1',
      values: [topic.id, new Date(sinceMs)],
    });
    return new Map(rows.map(([partition, offset]) => [partition, BigInt(offset)]));
  }

  /** Records from an offset on, at most so many events and bytes, but one at least when there is one. */
  async page(
    topic: LogTopic,
    partition: number,
    from: bigint,
    maxEvents: number,
    maxBytes: number,
  ): Promise<StoredRecord[]> {
    const rows = await this.#rows<RecordRow>({
      name: 'khabar_bus_page',
      text: PAGE,
      values: [topic.id, partition, from, maxEvents, maxBytes],
    });
    let known = { ms: '', text: '' }; // records of one append have one time
    return rows.map(([offset, ms, key, headers, text, bytes]) => {
      if (known.ms !== ms) known = { ms, text: new Date(Number(ms)).toISOString() };
      const value = text === null ? bytes : Buffer.from(text);
      return { topic: topic.name, partition, offset: BigInt(offset), appendedAt: known.text, key, headers, value };
    });
  }

  /** Whether the commit counted: false when the partition has another owner by now. */
  async commit(topic: LogTopic, group: string, partition: number, epoch: bigint, nextOffset: bigint): Promise<boolean> {
    const [row] = await this.#rows<[boolean]>({
      name: 'khabar_bus_commit',
      text: 'select bus.commit($1, $2, $3, $4, $5)',
      values: [group, topic.id, partition, epoch, nextOffset],
    });
    return row?.[0] === true;
  }

  /**
   * Appends records and commits, both or neither, durably; the answer is that of {@link commit}, and nothing was appended when it is
   * false. May be called again with the same arguments where it failed without telling what became of it.
   * @throws KhabarError `unknown-topic`, `record-too-large`, `invalid-record`, or of the database
   */
  async commitWith(
    topic: LogTopic,
    group: string,
    partition: number,
    epoch: bigint,
    nextOffset: bigint,
    outputs: readonly OutgoingRecord[],
  ): Promise<boolean> {
    const [row] = await this.#rows<[boolean]>({
      name: 'khabar_bus_commit_with',
      text: `select bus.commit_with(${APPEND_ARGUMENTS}, $11, $12, $13, $14, $15)`,
      values: [...appendValues(await this.#place(outputs)), group, topic.id, partition, epoch, nextOffset],
    });
    return row?.[0] === true;
  }

  /** Takes over as the publisher of a name: whoever was it before is fenced. The epoch is the proof for {@link publishNumbered}. */
  async openPublisher(name: string): Promise<{ epoch: bigint; last: bigint | null }> {
    const [row] = await this.#rows<[string, string | null]>({
      text: `
        insert into bus.publisher as p (name) values ($1) on conflict (name) do update set epoch = p.epoch + 1
        returning epoch, last_number`,
      values: [name],
    });
    const [epoch, last] = row!;
    return { epoch: BigInt(epoch), last: last === null ? null : BigInt(last) };
  }

  /**
   * Appends records under a publisher's number, both or neither, durably. False when another has taken over: then nothing was appended.
   * May be repeated as {@link commitWith} may.
   * @throws KhabarError as {@link commitWith} does
   */
  async publishNumbered(
    name: string,
    epoch: bigint,
    number: bigint,
    records: readonly OutgoingRecord[],
  ): Promise<boolean> {
    const [row] = await this.#rows<[boolean]>({
      name: 'khabar_bus_publish_numbered',
      text: `select bus.publish_numbered(${APPEND_ARGUMENTS}, $11, $12, $13)`,
      values: [...appendValues(await this.#place(records)), name, epoch, number],
    });
    return row?.[0] === true;
  }

  async #place(records: readonly OutgoingRecord[]): Promise<PlacedRecord[]> {
    const placed: PlacedRecord[] = [];
    for (const record of records) placed.push(placeRecord(record, await this.topic(record.topic)));
    return placed;
  }

  #rows<R extends unknown[]>(statement: Statement): Promise<R[]> {
    return rowsOf<R>(this.#pool, statement);
  }
}
