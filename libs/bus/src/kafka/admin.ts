import { setTimeout as sleep } from 'node:timers/promises';
import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import { type Admin, AssignerProtocol, type KafkaJSDeleteGroupsError } from 'kafkajs';
import type { BusHealth, GroupState, ReadFrom, TopicState } from '../log-state.ts';
import { type KafkaSettings, disconnect, kafkaError, newClient, protocolError } from './client.ts';
import { patiently } from './patiently.ts';
import { waitingSince } from './waiting-since.ts';

/** First and next offset of one partition. */
export interface Bounds {
  readonly partition: number;
  readonly startOffset: bigint;
  readonly endOffset: bigint;
}

/** What a topic is like, for those who send to it. */
export interface TopicLayout {
  readonly partitions: number;
  /** Null where we may not know it. */
  readonly maxMessageBytes: number | null;
}

/** How long the cluster, and then each new topic, may take to be ready, in milliseconds. */
const TOPICS_READY_MS = 10_000;
/** Whoever asks hears soon that nobody answers: a health check does not wait for long. */
const RETRY = { initialRetryTime: 50, maxRetryTime: 200, retries: 2 };

/** ConfigResource.Type of a topic; kafkajs's own constant cannot be imported by name from an ES module. */
const TOPIC_RESOURCE = 2;
/** Error codes of the protocol, which kafkajs hands on as they are for groups that could not be deleted. */
const NON_EMPTY_GROUP = 68;
const GROUP_ID_NOT_FOUND = 69;
const ATTEMPTS = 5;
const MOVED = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_CONTROLLER',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** The questions to a cluster. One connection is kept between them, and replaced when it has broken. */
export class KafkaAdmin {
  readonly #settings: KafkaSettings;
  #admin: Promise<Admin> | null = null;
  #closed = false;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  /** Creates the missing topics and waits until each partition has a leader. */
  async ensureTopics(topics: readonly TopicDefinition[]): Promise<void> {
    const names = topics.map(({ name }) => name);
    await patiently(TOPICS_READY_MS, () =>
      this.#ask(async (admin) => {
        const existing = await existingOf(admin, names);
        const missing = topics.filter(({ name }) => !existing.includes(name));
        if (missing.length > 0) await createTopics(admin, missing);
      }),
    );
    // metadata name leaders that do not know it yet, so each is asked for something that only a leader answers
    for (const name of names) await patiently(TOPICS_READY_MS, () => this.#ask((admin) => boundsOf(admin, name)));
  }

  async layout(topic: string): Promise<TopicLayout> {
    return this.#ask(async (admin) => {
      const partitions = await partitionCount(admin, topic);
      if (partitions === 0) throw unknownTopic(topic);
      const { maxMessageBytes } = await limitsOf(admin, topic);
      return { partitions, maxMessageBytes };
    });
  }

  async topics(names: readonly string[]): Promise<TopicState[]> {
    return this.#ask(async (admin) => {
      const states: TopicState[] = [];
      for (const name of await existingOf(admin, names)) {
        const partitions = await boundsOf(admin, name);
        states.push({ name, partitions, ...(await limitsOf(admin, name)) });
      }
      return states;
    });
  }

  async groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]> {
    return this.#ask(async (admin) => {
      const wanted = await existingOf(admin, topics);
      if (groups.length === 0 || wanted.length === 0) return [];
      const described = new Map((await admin.describeGroups([...groups])).groups.map((each) => [each.groupId, each]));
      const states: GroupState[] = [];
      for (const topic of wanted) {
        const bounds = await boundsOf(admin, topic);
        for (const group of groups) {
          const assigned = (described.get(group)?.members ?? []).map(({ memberAssignment }) =>
            topicsIn(memberAssignment),
          );
          const members = assigned.filter((each) => each.has(topic)).length;
          const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
          const offsets = new Map(committed!.partitions.map((each) => [each.partition, BigInt(each.offset)]));
          if (members === 0 && ![...offsets.values()].some((offset) => offset >= 0n)) continue;
          const rests = bounds.map(({ partition, startOffset, endOffset }) => {
            const offset = offsets.get(partition) ?? -1n;
            return { partition, nextOffset: offset > startOffset ? offset : startOffset, endOffset };
          });
          const since = await waitingSince(rests, Date.now(), (timeMs) => offsetsAt(admin, topic, timeMs));
          const partitions = rests.map(({ partition, nextOffset, endOffset }) => {
            const waitingMs = since.get(partition);
            const waiting = waitingMs === undefined ? null : new Date(waitingMs).toISOString();
            return { partition, nextOffset, lag: endOffset - nextOffset, waitingSince: waiting };
          });
          states.push({ group, topic, members, lag: partitions.reduce((sum, { lag }) => sum + lag, 0n), partitions });
        }
      }
      return states;
    });
  }

  /** Where each partition is to be read from and to. */
  async readingBounds(topic: string, from: ReadFrom): Promise<Bounds[]> {
    return this.#ask(async (admin) => {
      if ((await partitionCount(admin, topic)) === 0) throw unknownTopic(topic);
      const bounds = await boundsOf(admin, topic);
      if (from === 'beginning') return bounds;
      if (from === 'end') return bounds.map((each) => ({ ...each, startOffset: each.endOffset }));
      if ('last' in from) return bounds.map((each) => beginningLate(each, BigInt(from.last)));
      if ('offsets' in from) return bounds.map((each) => beginningAt(each, from.offsets.get(each.partition)));
      const starts = await offsetsAt(admin, topic, from.sinceMs);
      return bounds.map((each) => ({ ...each, startOffset: starts.get(each.partition) ?? each.endOffset }));
    });
  }

  /** The offset that a group has committed in one partition; null when it has not. */
  async committedOffset(group: string, topic: string, partition: number): Promise<bigint | null> {
    return this.#ask(async (admin) => {
      const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const offset = BigInt(committed?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
      return offset < 0n ? null : offset;
    });
  }

  /** The highest offset that a group has committed anywhere; null when it has committed none. */
  async highestCommitted(group: string): Promise<bigint | null> {
    return this.#ask(async (admin) => {
      const committed = await admin.fetchOffsets({ groupId: group });
      const offsets = committed.flatMap(({ partitions }) => partitions.map(({ offset }) => BigInt(offset)));
      return offsets.reduce<bigint | null>((high, offset) => (offset > (high ?? -1n) ? offset : high), null);
    });
  }

  /** Where a group has committed in a topic, with the note that was committed along. */
  async committed(group: string, topic: string): Promise<Map<number, { offset: bigint; metadata: string }>> {
    return this.#ask(async (admin) => {
      const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const offsets = found!.partitions.map(({ partition, offset, metadata }) => {
        return [partition, { offset: BigInt(offset), metadata: metadata ?? '' }] as const;
      });
      return new Map(offsets.filter(([, { offset }]) => offset >= 0n));
    });
  }

  /** Forgets a group; false where somebody is in it. One that does not exist is forgotten already. */
  async deleteGroup(group: string): Promise<boolean> {
    return this.#ask(async (admin) => {
      try {
        await admin.deleteGroups([group]);
      } catch (error) {
        const refusal = (error as Partial<KafkaJSDeleteGroupsError>).groups?.[0]?.errorCode;
        if (refusal === NON_EMPTY_GROUP) return false;
        if (refusal !== GROUP_ID_NOT_FOUND) throw error;
      }
      return true;
    });
  }

  async health(): Promise<BusHealth> {
    try {
      const { brokers } = await this.#ask((admin) => admin.describeCluster());
      return { up: true, detail: `Kafka answers, ${brokers.length} ${brokers.length === 1 ? 'broker' : 'brokers'}` };
    } catch (error) {
      return { up: false, detail: kafkaError(error).message };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop();
  }

  async #drop(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await admin?.then(disconnect, () => undefined);
  }

  /** Asks again over a new connection, with fresh metadata, what a broken connection or a leader that has moved did not answer. */
  async #ask<A>(question: (admin: Admin) => Promise<A>): Promise<A> {
    for (let attempt = 1; ; attempt += 1) {
      const kept = this.#admin;
      try {
        return await question(await this.#connect());
      } catch (error) {
        if (error instanceof KhabarError) throw error;
        await this.#drop();
        const answer = protocolError(error);
        const again = answer === null ? kept !== null : MOVED.has(answer);
        if (!again || attempt === ATTEMPTS) throw kafkaError(error);
      }
      await sleep(100 * attempt);
    }
  }

  #connect(): Promise<Admin> {
    if (this.#closed) throw new KhabarError('bus-closed', 'The bus is closed', { dependency: true });
    return (this.#admin ??= (async () => {
      const admin = newClient(this.#settings, RETRY).admin();
      try {
        await admin.connect();
      } catch (error) {
        await disconnect(admin);
        throw error;
      }
      return admin;
    })());
  }
}

async function createTopics(admin: Admin, topics: readonly TopicDefinition[]): Promise<void> {
  // kafkajs resolves when all that failed exist already: two services that start at once are no error
  await admin.createTopics({
    waitForLeaders: false,
    timeout: TOPICS_READY_MS,
    topics: topics.map(({ name, partitions, retentionMs, maxMessageBytes }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: -1, // the brokers' default
      configEntries: [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(retentionMs) },
        { name: 'max.message.bytes', value: String(maxMessageBytes) },
        // as it was sent: brokers may be told to compress anew, in a way that cannot be read here
        { name: 'compression.type', value: 'producer' },
      ],
    })),
  });
}

function beginningLate(bounds: Bounds, last: bigint): Bounds {
  const startOffset = bounds.endOffset - last;
  return startOffset > bounds.startOffset ? { ...bounds, startOffset } : bounds;
}

/** From an offset on; without one nothing of what is there. */
function beginningAt(bounds: Bounds, offset: bigint | undefined): Bounds {
  if (offset === undefined || offset > bounds.endOffset) return { ...bounds, startOffset: bounds.endOffset };
  return offset > bounds.startOffset ? { ...bounds, startOffset: offset } : bounds;
}

/** Asks for one topic at a time: kafkajs answers for a list with nothing when any topic of it, or of the cluster, is unwell. */
async function existingOf(admin: Admin, names: readonly string[]): Promise<string[]> {
  const existing: string[] = [];
  for (const name of names) if ((await partitionCount(admin, name)) > 0) existing.push(name);
  return existing;
}

/** Zero when there is no such topic. */
async function partitionCount(admin: Admin, topic: string): Promise<number> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions.length;
  } catch (error) {
    if (protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return 0;
    throw error;
  }
}

function unknownTopic(topic: string): KhabarError {
  return new KhabarError('unknown-topic', `There is no topic ${topic}`, { dependency: true });
}

async function boundsOf(admin: Admin, topic: string): Promise<Bounds[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, startOffset: BigInt(low), endOffset: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** The first offset of each partition whose record is of that time or a later one, or its end. */
async function offsetsAt(admin: Admin, topic: string, timeMs: number): Promise<Map<number, bigint>> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
  return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

/** Null where the cluster does not let us know. */
async function limitsOf(
  admin: Admin,
  topic: string,
): Promise<Pick<TopicState, 'retentionMs' | 'maxMessageBytes' | 'compression'>> {
  const configNames = ['retention.ms', 'max.message.bytes', 'compression.type'];
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC_RESOURCE, name: topic, configNames }],
    });
    const values = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
    const numberOf = (name: string) => (values.has(name) ? Number(values.get(name)) : null);
    return {
      retentionMs: numberOf('retention.ms'),
      maxMessageBytes: numberOf('max.message.bytes'),
      compression: values.get('compression.type') ?? null,
    };
  } catch (error) {
    if (!protocolError(error)?.endsWith('AUTHORIZATION_FAILED')) throw error;
    return { retentionMs: null, maxMessageBytes: null, compression: null };
  }
}

function topicsIn(memberAssignment: Buffer): Set<string> {
  const assignment = memberAssignment.length > 0 ? AssignerProtocol.MemberAssignment.decode(memberAssignment) : null;
  return new Set(Object.keys(assignment?.assignment ?? {}));
}
