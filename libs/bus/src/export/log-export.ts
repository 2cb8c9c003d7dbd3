import { KhabarError } from '@khabar/contracts';
import type { StoredRecord } from '../log-state.ts';
import { EmbeddedSource, type SourceTopic } from './embedded-source.ts';
import { type GroupPosition, KafkaTarget, type Progress, type TimedRecord } from './kafka-target.ts';

/** From where to where the log goes. */
export interface ExportSettings {
  readonly databaseUrl: string;
  readonly kafkaBrokers: readonly string[];
  /** Names under which the services appear in Postgres: while one is there nothing is exported. */
  readonly services: readonly string[];
  /** Only looks: creates no topic, and leaves another run alone. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What there is to export of one topic. */
export interface TopicExport {
  readonly name: string;
  readonly partitions: number;
  /** Records that earlier runs have brought over, and those that are left. */
  readonly exported: bigint;
  readonly left: bigint;
  /** Whether Kafka has the topic already. */
  readonly exists: boolean;
  /** Records that each group has still to read. */
  readonly groups: readonly { readonly group: string; readonly lag: bigint }[];
}

interface Part extends TopicExport {
  readonly source: SourceTopic;
  readonly progress: Map<number, Progress>;
}

/**
 * The move of the embedded log to Kafka: every record into the partition that it was in, in its order, as it was; every group's offset.
 * Records, progress and groups' offsets are written in one transaction, so that a run that was stopped, however, is gone on with by the
 * next one: nothing is lost, and readers of committed records see nothing twice.
 */
export class LogExport implements AsyncDisposable {
  readonly topics: readonly TopicExport[];
  readonly #parts: readonly Part[];
  readonly #source: EmbeddedSource;
  readonly #target: KafkaTarget;
  readonly #signal: AbortSignal;

  /**
   * Looks at both sides and holds the embedded log still until disposed of.
   * @throws KhabarError `no-log`, `log-in-use`, `group-in-use`, `other-partitions`, `smaller-records`, `foreign-records`, or of either side
   */
  static async open(settings: ExportSettings): Promise<LogExport> {
    const { signal } = settings;
    await using stack = new AsyncDisposableStack();
    const target = stack.use(new KafkaTarget(settings.kafkaBrokers));
    const source = stack.use(await EmbeddedSource.open(settings.databaseUrl, 'khabar-bus-export', settings.services));
    if (!settings.dryRun) await target.takeOver();
    const parts: Part[] = [];
    for (const topic of await source.topics()) parts.push(await lookAt(topic, target, signal));
    stack.move();
    return new LogExport(parts, source, target, signal);
  }

  private constructor(parts: readonly Part[], source: EmbeddedSource, target: KafkaTarget, signal: AbortSignal) {
    this.#parts = parts;
    this.topics = parts;
    this.#source = source;
    this.#target = target;
    this.#signal = signal;
  }

  /**
   * Brings over what is left; `onProgress` hears of records that are durable in Kafka. Rejects with the signal's reason when it aborts.
   * @throws KhabarError of either side; opening it anew goes on from there
   */
  async run(onProgress: (records: number, topic: string) => void): Promise<void> {
    for (const part of this.#parts) {
      await this.#target.prepare(part.source.definition);
      let written: number | null;
      do {
        this.#signal.throwIfAborted();
        written = await this.#writeSome(part);
        if (written !== null) onProgress(written, part.name);
      } while (written !== null);
      await this.#moveGroups(part);
    }
    const [first] = this.#parts;
    if (first) await this.#target.numberPublishers(first.name, await this.#source.publishers());
  }

  /** One transaction; null where nothing was left to do. */
  async #writeSome({ source, progress }: Part): Promise<number | null> {
    const { log, bounds, groups, definition } = source;
    const batches = new Map<number, TimedRecord[]>();
    const open = bounds.filter(({ partition, endOffset }) => (progress.get(partition)?.next ?? -1n) < endOffset);
    if (open.length === 0) return null;
    const nexts = new Map<number, { from: bigint; next: bigint }>();
    for (const { partition, startOffset, endOffset } of open) {
      const from = progress.get(partition)?.next ?? startOffset;
      const records = from < endOffset ? await this.#source.page(log, partition, from) : [];
      if (from < endOffset && records[0]?.offset !== from) {
        throw new KhabarError('log-damaged', `${log.name}, partition ${partition}: the record ${from} is not there`);
      }
      if (records.length > 0) batches.set(partition, timed(records, source, definition.retentionMs));
      nexts.set(partition, { from, next: from + BigInt(records.length) });
    }
    await this.#source.assertHeld();
    const made = new Map<number, Progress>();
    const reached = new Map([...nexts].map(([partition, { next }]) => [partition, next]));
    await this.#target.write(definition, batches, reached, (bases) => {
      const positions: GroupPosition[] = [];
      for (const [partition, { from, next }] of nexts) {
        const base = bases.get(partition) ?? progress.get(partition)?.kafkaNext ?? 0n;
        made.set(partition, { next, kafkaNext: base + (next - from) });
        for (const [group, offsets] of groups) {
          const offset = offsets.get(partition);
          if (offset === undefined || offset > next) continue;
          // what was brought over by an earlier run is behind us, and so is this group's offset
          if (offset < from && progress.has(partition)) continue;
          const at = offset > from ? offset : from;
          positions.push({ group, partition, next: at, kafkaNext: base + (at - from) });
        }
      }
      return { progress: made, groups: positions };
    });
    for (const [partition, reached] of made) progress.set(partition, reached);
    return [...batches.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Groups that have handled more since an earlier run go on behind that; those that have read all behind the mark of the last
   * transaction too, which would show as a lag of one.
   */
  async #moveGroups({ source, progress, name }: Part): Promise<void> {
    const written = [...progress].filter(([, { kafkaNext }]) => kafkaNext > 0n);
    const ends = await this.#target.endsBehind(name, new Map(written.map(([at, { kafkaNext }]) => [at, kafkaNext])));
    const starts = new Map(
      (await this.#target.bounds(name)).map(({ partition, startOffset }) => [partition, startOffset]),
    );
    const moved: GroupPosition[] = [];
    for (const [group, offsets] of source.groups) {
      for (const there of await this.#target.positions(group, name)) {
        const { partition } = there;
        const next = offsets.get(partition) ?? there.next;
        const reached = progress.get(partition)!;
        let kafkaNext: bigint | null = there.kafkaNext;
        if (next >= reached.next) {
          // behind the last record, where nothing but the mark can stand
          const isMark = reached.kafkaNext > 0n && ends.get(partition) === reached.kafkaNext + 1n;
          kafkaNext = isMark ? reached.kafkaNext + 1n : reached.kafkaNext;
        } else if (next > there.next && starts.get(partition)! <= there.kafkaNext) {
          const more = next - there.next;
          kafkaNext = await this.#target.offsetBehind(name, partition, there.kafkaNext, more, this.#signal);
        }
        if (kafkaNext !== null && kafkaNext > there.kafkaNext) moved.push({ group, partition, next, kafkaNext });
      }
    }
    if (moved.length === 0) return;
    await requireNoMembers(new Set(moved.map(({ group }) => group)), name, this.#target);
    await this.#target.moveGroups(name, moved);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#target[Symbol.asyncDispose]();
    await this.#source[Symbol.asyncDispose]();
  }
}

async function lookAt(source: SourceTopic, target: KafkaTarget, signal: AbortSignal): Promise<Part> {
  const { log, definition, bounds } = source;
  const { name, partitions } = log;
  const layout = await target.layout(name);
  if (layout && layout.partitions !== partitions) {
    throw new KhabarError(
      'other-partitions',
      `${name} has ${layout.partitions} partitions in Kafka and ${partitions} here: delete it there, or export elsewhere`,
    );
  }
  if (layout && layout.maxMessageBytes !== null && layout.maxMessageBytes < definition.maxMessageBytes) {
    const [there, here] = [layout.maxMessageBytes, definition.maxMessageBytes];
    throw new KhabarError(
      'smaller-records',
      `${name} takes ${there} bytes in Kafka and ${here} here: raise its max.message.bytes to ${here}`,
    );
  }
  const progress = layout ? await target.progress(name) : new Map<number, Progress>();
  const unread = (from: (at: SourceTopic['bounds'][number]) => bigint) =>
    bounds.reduce((sum, at) => sum + (at.endOffset > from(at) ? at.endOffset - from(at) : 0n), 0n);
  const total = unread(({ startOffset }) => startOffset);
  const left = unread(({ partition, startOffset }) => progress.get(partition)?.next ?? startOffset);
  if (layout && left > 0n) await requireOwnRecords(source, progress, target, signal);
  const groups = [...source.groups].map(([group, offsets]) => {
    const lag = unread(({ partition, startOffset }) => {
      const offset = offsets.get(partition) ?? startOffset;
      return offset > startOffset ? offset : startOffset;
    });
    return { group, lag };
  });
  return { name, partitions, exported: total - left, left, exists: layout !== null, groups, source, progress };
}

/** @throws KhabarError `group-in-use` or `foreign-records`: somebody uses the topic in Kafka already, and what is left would come too late */
async function requireOwnRecords(
  { log: { name }, groups }: SourceTopic,
  progress: ReadonlyMap<number, Progress>,
  target: KafkaTarget,
  signal: AbortSignal,
): Promise<void> {
  await requireNoMembers(groups.keys(), name, target);
  for (const { partition, endOffset } of await target.bounds(name)) {
    const kafkaNext = progress.get(partition)?.kafkaNext ?? 0n;
    // one place behind the last record is that of the mark of its transaction
    if (endOffset <= kafkaNext + (kafkaNext > 0n ? 1n : 0n)) continue;
    if (await target.hasRecords(name, partition, kafkaNext, signal)) {
      throw new KhabarError(
        'foreign-records',
        `${name} has records in Kafka that are not from this export (partition ${partition}): delete the topic there, or export elsewhere`,
      );
    }
  }
}

/** @throws KhabarError `group-in-use` */
async function requireNoMembers(groups: Iterable<string>, topic: string, target: KafkaTarget): Promise<void> {
  const [live] = await target.liveGroups([...groups], topic);
  if (live === undefined) return;
  throw new KhabarError('group-in-use', `${live} has members in Kafka: stop all services first`);
}

/**
 * Records keep their time, by which Kafka deletes them. The embedded log never deletes what a group has still to read, Kafka does: what is
 * unread and has more than half of its time behind it counts as new. Within a batch time does not run backwards.
 */
function timed(records: readonly StoredRecord[], { groups }: SourceTopic, retentionMs: number): TimedRecord[] {
  const nowMs = Date.now();
  let latestMs = -Infinity;
  return records.map((record) => {
    const { partition, offset, appendedAt } = record;
    const appendedMs = Date.parse(appendedAt);
    const isUnread = [...groups.values()].some((offsets) => (offsets.get(partition) ?? 0n) <= offset);
    latestMs = Math.max(latestMs, isUnread && nowMs - appendedMs > retentionMs / 2 ? nowMs : appendedMs);
    return { record, timestampMs: latestMs };
  });
}
