import { freePort } from './free-port.ts';
import { KafkaProcess, findKafka, newClusterId } from './kafka-process.ts';
import { kafkaNodeSettings, type KafkaNodeAddresses, type KafkaServer } from './kafka-server.ts';
import { onFreePorts } from './on-free-ports.ts';
import { type TcpProxy, startTcpProxy } from './tcp-proxy.ts';

/** What {@link startKafkaCluster} may be told. */
export interface KafkaClusterOptions {
  /** How many nodes, each broker and controller; 3 unless told. */
  readonly size?: number;
  /** Puts a TCP proxy between each broker and its clients; the brokers reach each other past it. */
  readonly proxied?: boolean;
  /** Told of steps that take a person's time. */
  readonly log?: (line: string) => void;
}

/** One broker of a cluster. */
export interface KafkaNode {
  /** From 1. */
  readonly id: number;
  /** `host:port`, as its clients know it. */
  readonly broker: string;
  /** What its clients connect through; null where the cluster was not started so. */
  readonly proxy: TcpProxy | null;
  /** SIGKILL: no goodbye to anybody. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM: it hands over what it leads. Resolves when it is gone. */
  shutDown(): Promise<void>;
  /** SIGSTOP: its connections stay open and nobody answers. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Starts it again, after a SIGKILL when it is still running. Resolves when it answers; its copies may lag for some seconds more. */
  restart(): Promise<void>;
}

/** A cluster of the tests' own, from the jars. Addresses and data outlive every end of a broker. */
export interface KafkaCluster extends KafkaServer {
  readonly nodes: readonly KafkaNode[];
}

/**
 * Starts a cluster in KRaft mode in which every topic has a copy on each broker, up to three, and a record is acknowledged when two have
 * it: it is at work as long as one broker at a time is away.
 * @throws KafkaMissing without Java 17 or later, or without the jars and a way to get them
 * @throws Error when a broker does not start; it carries what the broker wrote
 */
export async function startKafkaCluster(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const { size = 3, proxied = false, log = () => undefined } = options;
  const program = await findKafka(log);
  log(`Starting ${size} Kafka brokers …`);
  return onFreePorts(async () => {
    const places = await Promise.all(Array.from({ length: size }, () => place(proxied)));
    const addresses = places.map(({ addresses: own }) => own);
    const clusterId = newClusterId();
    const processes = places.map((_, at) => new KafkaProcess(program, kafkaNodeSettings(at + 1, addresses), clusterId));
    const stop = async () => {
      await Promise.all(processes.map((each) => each.remove()));
      await Promise.all(places.map(({ proxy }) => proxy?.close()));
    };
    // all at once: none is ready before most of the controllers are there
    const starts = await Promise.allSettled(processes.map((each) => each.start()));
    const failure = starts.find((start) => start.status === 'rejected');
    if (failure) {
      await stop();
      throw failure.reason;
    }
    const nodes = processes.map((each, at) => nodeOf(at + 1, each, places[at]!));
    return { brokers: nodes.map(({ broker }) => broker), nodes, stop, [Symbol.asyncDispose]: stop };
  });
}

interface Place {
  readonly addresses: KafkaNodeAddresses;
  readonly proxy: TcpProxy | null;
}

async function place(proxied: boolean): Promise<Place> {
  const port = await freePort();
  const proxy = proxied ? await startTcpProxy(port) : null;
  const listener = `127.0.0.1:${port}`;
  const [between, controller] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  return { proxy, addresses: { listener, advertised: proxy?.address ?? listener, between, controller } };
}

function nodeOf(id: number, broker: KafkaProcess, { addresses, proxy }: Place): KafkaNode {
  return {
    id,
    broker: addresses.advertised,
    proxy,
    kill: () => broker.kill(),
    shutDown: () => broker.shutDown(),
    freeze: () => broker.freeze(),
    thaw: () => broker.thaw(),
    async restart() {
      await broker.kill();
      await broker.start();
    },
  };
}
