import {
  type FakeWeb,
  type KafkaCluster,
  startFakeWeb,
  startKafkaCluster,
  startTcpProxy,
  type TcpProxy,
} from '@khabar/testing';
import { OwnPostgres } from './own-postgres.ts';
import { ServiceProcess } from './service-process.ts';

/** The services of a run, and of which program each is. */
const SERVICES = {
  fetcher: 'fetcher',
  'parser-1': 'parser',
  'parser-2': 'parser',
  'store-1': 'store',
  'store-2': 'store',
} as const;

/** Name of a service of the run. */
export type ServiceName = keyof typeof SERVICES;

/** Everything that runs: the services reach Kafka and Postgres through proxies only. Disposing of it ends all of it. */
export class World implements AsyncDisposable {
  readonly #ends: (() => PromiseLike<unknown>)[] = [];
  readonly #services = new Map<string, ServiceProcess>();
  #web: FakeWeb | undefined;
  #kafka: KafkaCluster | undefined;
  #postgres: OwnPostgres | undefined;
  #postgresProxy: TcpProxy | undefined;

  /** @throws Error when one of its parts does not start; those that did are ended */
  static async start(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<World> {
    const world = new World();
    try {
      await world.#start(env, log);
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where feeds are served. */
  get web(): FakeWeb {
    return this.#web!;
  }

  get kafka(): KafkaCluster {
    return this.#kafka!;
  }

  get postgres(): OwnPostgres {
    return this.#postgres!;
  }

  /** Between the services and Postgres. */
  get postgresProxy(): TcpProxy {
    return this.#postgresProxy!;
  }

  /** Between the services and the broker. */
  get kafkaProxy(): TcpProxy {
    return this.kafka.nodes[0]!.proxy!;
  }

  get services(): readonly ServiceProcess[] {
    return [...this.#services.values()];
  }

  service(name: string): ServiceProcess {
    return this.#services.get(name)!;
  }

  /** Ends all that was started, the last first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  async #start(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<void> {
    this.#web = this.#keep(await startFakeWeb());
    this.#kafka = this.#keep(await startKafkaCluster({ size: 1, proxied: true, log }));
    log('Starting Postgres …');
    this.#postgres = this.#keep(await OwnPostgres.start());
    this.#postgresProxy = this.#keep(await startTcpProxy(this.#postgres.port));
    const url = new URL(this.#postgres.url);
    url.port = String(this.#postgresProxy.port);
    log('Starting fetcher, two parsers and two stores …');
    for (const [name, program] of Object.entries(SERVICES)) {
      const service = await ServiceProcess.start(name, program, {
        ...env,
        DATABASE_URL: url.href,
        KAFKA_BROKERS: this.#kafka.brokers.join(','),
        FETCH_ALLOW_PRIVATE: '127.0.0.0/8',
      });
      this.#services.set(name, this.#keep(service));
    }
  }

  #keep<T extends AsyncDisposable>(part: T): T {
    this.#ends.push(() => part[Symbol.asyncDispose]());
    return part;
  }
}
