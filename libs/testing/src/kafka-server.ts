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

/**
 * The settings of a one-node cluster that is ready quickly and small. Topics are never created by asking for them:
 * the product must create its own.
 */
export function kafkaSettings({ listener, advertised, controller }: KafkaAddresses): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${listener},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${advertised}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'log.cleaner.enable': 'false',
    'controlled.shutdown.enable': 'false',
    // a killed broker may come back only when its old session is over (9 s by default)
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'log.segment.bytes': '67108864',
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
