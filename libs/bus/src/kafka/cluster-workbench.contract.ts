import { type KafkaCluster, type KafkaNode, eventually } from '@khabar/testing';
import { type ITopicMetadata, Kafka, logLevel } from 'kafkajs';

/** Where Kafka keeps what groups have committed; the leader of a group's partition of it is that group's coordinator. */
const OFFSETS_TOPIC = '__consumer_offsets';
/** A broker that starts while others do too takes its time on two cores. */
const PATIENCE = { timeoutMs: 90_000, intervalMs: 250 };

/** The cluster as the nodes that are not away see it, or the topics asked for. */
export async function metadataOf(
  cluster: KafkaCluster,
  away: readonly KafkaNode[],
  topics?: string[],
): Promise<ITopicMetadata[]> {
  const brokers = cluster.nodes.filter((node) => !away.includes(node)).map(({ broker }) => broker);
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  try {
    await admin.connect();
    return (await admin.fetchTopicMetadata(topics ? { topics } : undefined)).topics;
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when every partition is led by a node that is there. */
export async function whenLedWithout(cluster: KafkaCluster, away: KafkaNode): Promise<void> {
  await eventually(async () => {
    const topics = await metadataOf(cluster, [away]);
    return topics.every(({ partitions }) => partitions.every(({ leader }) => leader > 0 && leader !== away.id));
  }, PATIENCE);
}

/** Resolves when every partition has a copy that keeps up on every node. */
export async function whenInSync(cluster: KafkaCluster): Promise<void> {
  await eventually(async () => {
    const topics = await metadataOf(cluster, []);
    return topics.every(({ partitions }) => partitions.every(({ isr, replicas }) => isr.length === replicas.length));
  }, PATIENCE);
}

/** Who leads a partition. */
export async function leaderOf(cluster: KafkaCluster, topic: string, partition: number): Promise<KafkaNode> {
  const [found] = await metadataOf(cluster, [], [topic]);
  const leader = found!.partitions.find(({ partitionId }) => partitionId === partition)!.leader;
  return cluster.nodes.find(({ id }) => id === leader)!;
}

/** Who coordinates a group (GroupMetadataManager.partitionFor: Java's hash of its name). */
export async function coordinatorOf(cluster: KafkaCluster, group: string): Promise<KafkaNode> {
  let hash = 0;
  for (let at = 0; at < group.length; at += 1) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) | 0;
  const [topic] = await metadataOf(cluster, [], [OFFSETS_TOPIC]);
  return leaderOf(cluster, OFFSETS_TOPIC, (hash & 0x7fffffff) % topic!.partitions.length);
}

/** Kills one broker after the other, each when the last is back with all its copies, until it is stopped. */
export class RollingKills {
  readonly #cluster: KafkaCluster;
  readonly #running: Promise<void>;
  #stopped = false;
  #count = 0;

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster;
    this.#running = this.#run();
    this.#running.catch(() => undefined); // told by stop()
  }

  /** How often a broker has been killed so far. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when all brokers are back. @throws Error when one did not come back */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      const node = this.#cluster.nodes[turn % this.#cluster.nodes.length]!;
      this.#count += 1;
      await node.kill();
      await whenLedWithout(this.#cluster, node);
      await node.restart();
      await whenInSync(this.#cluster);
    }
  }
}
