/** The release the tests run against, as jars and as image. */
export const KAFKA_VERSION = '4.4.0';

/** A Kafka cluster that tests may use. Disposing of it stops what we started, and nothing else. */
export interface KafkaServer extends AsyncDisposable {
  /** `host:port`, as kafkajs and `KAFKA_BROKERS` take it. */
  readonly brokers: readonly string[];
  /** Stops the broker for good and removes its data; a cluster named by `KAFKA_BROKERS` is left as it is. */
  stop(): Promise<void>;
}

/** A broker of the tests' own, of which they may do as they like. Address and data outlive `kill` and `restart`. */
export interface OwnKafkaServer extends KafkaServer {
  /** SIGKILL: no goodbye to its clients. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, after a SIGKILL when it is still running. Resolves when it answers. */
  restart(): Promise<void>;
}

/** Why there is no broker on this machine, in one line that says what would bring one. */
export class KafkaMissing extends Error {
  override readonly name = 'KafkaMissing';
}

/** Where a broker listens, as its settings have it. */
export interface KafkaAddresses {
  /** What the broker binds, `host:port`. */
  listener: string;
  /** What its clients are told to connect to, `host:port`. */
  advertised: string;
  /** What the controller in the same process binds, `host:port`. */
  controller: string;
}

/** What all of our clusters have: they are ready quickly and small, and create no topic because somebody asks for it. */
const COMMON = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  // tests of what a session is need not wait for 6 s
  'group.min.session.timeout.ms': '1000',
  'log.cleaner.enable': 'false',
  // a killed broker may come back only when its old session is over (9 s by default)
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'num.network.threads': '2',
  'num.io.threads': '2',
  'log.segment.bytes': '67108864',
};

/** The copies of what Kafka keeps for itself, and how many partitions that has. */
function ownTopics(partitions: number, copies: number, inSync: number): Record<string, string> {
  return {
    'offsets.topic.num.partitions': String(partitions),
    'offsets.topic.replication.factor': String(copies),
    'transaction.state.log.num.partitions': String(partitions),
    'transaction.state.log.replication.factor': String(copies),
    'transaction.state.log.min.isr': String(inSync),
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': String(copies),
    'share.coordinator.state.topic.min.isr': String(inSync),
  };
}

/** The settings of a one-node cluster: the product must create its own topics. */
export function kafkaSettings({ listener, advertised, controller }: KafkaAddresses): Record<string, string> {
  return {
    ...COMMON,
    ...ownTopics(1, 1, 1),
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${listener},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${advertised}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controlled.shutdown.enable': 'false',
  };
}

/** One node of several: as {@link KafkaAddresses}, and where the brokers reach each other, past whatever stands before `advertised`. */
export interface KafkaNodeAddresses extends KafkaAddresses {
  between: string;
}

/**
 * The settings of one node (numbered from 1) of a cluster in which every node is broker and controller. Each record has a copy on
 * every node, up to three, and is acknowledged when two of them have it.
 */
export function kafkaNodeSettings(id: number, nodes: readonly KafkaNodeAddresses[]): Record<string, string> {
  const { listener, advertised, between, controller } = nodes[id - 1]!;
  const copies = Math.min(3, nodes.length);
  const inSync = Math.min(2, nodes.length);
  return {
    ...COMMON,
    ...ownTopics(3, copies, inSync),
    'default.replication.factor': String(copies),
    'min.insync.replicas': String(inSync),
    'node.id': String(id),
    'controller.quorum.voters': nodes.map((node, at) => `${at + 1}@${node.controller}`).join(','),
    listeners: `CLIENTS://${listener},BROKERS://${between},CONTROLLER://${controller}`,
    'advertised.listeners': `CLIENTS://${advertised},BROKERS://${between}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,CLIENTS:PLAINTEXT,BROKERS:PLAINTEXT',
    'inter.broker.listener.name': 'BROKERS',
  };
}

/** Measured on the jars: half the memory and half the time to ready of the defaults. */
export const KAFKA_HEAP = ['-Xms64m', '-Xmx384m'];
/** As {@link KAFKA_HEAP}. */
export const KAFKA_JVM = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Djava.awt.headless=true',
];

/** The broker's last word of a start: from here on it is unfenced and clients may come. */
export const KAFKA_STARTED = /Kafka Server started/;
