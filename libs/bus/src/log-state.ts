import type { KhabarError } from '@khabar/contracts';

/** A record as it stands in a topic, for those who look and do not consume. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When it was appended, RFC 3339 UTC. */
  readonly appendedAt: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  /** Only a log that other programs write to has them. */
  readonly foreign?: ForeignParts;
}

/** What text cannot hold of a record that another program wrote; it travels along, so that a dead letter is byte for byte what came. */
export interface ForeignParts {
  /** A key that is not UTF-8. */
  readonly key?: Buffer;
  /** Headers that are not one UTF-8 text each: other bytes, or several of one name. They take the place of those of their names. */
  readonly headers?: Readonly<Record<string, readonly Buffer[]>>;
}

/**
 * Where `Bus.read` begins: at the oldest record, behind the newest one, at the first appended at or after an instant (ms since
 * epoch), or so many records before the end of each partition, by the end that it has when the reading begins; or at an offset in each
 * partition that is named, of which alone it then reads what is there already.
 */
export type ReadFrom =
  | 'beginning'
  | 'end'
  | { readonly sinceMs: number }
  | { readonly last: number }
  | { readonly offsets: ReadonlyMap<number, bigint> };

/** One topic as it is. */
export interface TopicState {
  readonly name: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly startOffset: bigint;
    readonly endOffset: bigint;
  }[];
  /** In milliseconds; null where the driver does not say. */
  readonly retentionMs: number | null;
  readonly maxMessageBytes: number | null;
  /** Kafka's `compression.type`: `producer` where records stay as they were sent. Null where the driver does not say. */
  readonly compression: string | null;
}

/** How far one group is in one topic, where it has a member or has committed. */
export interface GroupState {
  readonly group: string;
  readonly topic: string;
  readonly members: number;
  /** Events behind the end, over all partitions. */
  readonly lag: bigint;
  /** Every partition of the topic, in order. */
  readonly partitions: readonly PartitionLag[];
}

/** How far one group is in one partition. */
export interface PartitionLag {
  readonly partition: number;
  /** The next offset to be handled, by what is committed and still there. */
  readonly nextOffset: bigint;
  /** Events from there to the end. */
  readonly lag: bigint;
  /**
   * When the first of them was appended, RFC 3339 UTC; null when there is none. Kafka is asked for it by time, so there it may be
   * early by a second or a twentieth of its age.
   */
  readonly waitingSince: string | null;
}

/** A dead letter that could not be settled, and why. */
export interface Unsettled {
  readonly letter: StoredRecord;
  readonly error: KhabarError;
}

/** Whether the bus works, in words for a health endpoint. */
export interface BusHealth {
  readonly up: boolean;
  readonly detail: string;
}
