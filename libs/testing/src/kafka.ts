import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { describe, inject, it } from 'vitest';
import { startKafkaBroker } from './kafka-broker.ts';
import { dockerAnswers, startKafkaContainer } from './kafka-container.ts';
import { KafkaMissing, type KafkaServer, type OwnKafkaServer } from './kafka-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The brokers of this run, `host:port`; null where there are none. */
    kafkaBrokers: string[] | null;
    /** Why there are none. */
    kafkaMissing: string | null;
  }
  interface TaskMeta {
    /** Why a suite is skipped; the closing lines of the run name it. */
    skipReason?: string;
  }
}

const silently = () => undefined;

/**
 * The Kafka of a test run: that of `KAFKA_BROKERS` when set, else one of our own.
 * @throws KafkaMissing where this machine has no means to run one
 * @throws Error when `KAFKA_BROKERS` is set and nothing listens there
 */
export async function startKafka(log: (line: string) => void = silently): Promise<KafkaServer> {
  const named = (process.env['KAFKA_BROKERS'] ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  if (named.length === 0) return startOwnKafka(log);
  const answers = await Promise.all(named.map(listens));
  if (!answers.includes(true)) {
    throw new Error(`Nothing listens at KAFKA_BROKERS=${named.join(',')}: start that Kafka, or unset the variable`);
  }
  const stop = async () => undefined;
  return { brokers: named, stop, [Symbol.asyncDispose]: stop };
}

/**
 * A broker for one test that wants to kill it: in a container where a Docker engine answers and has the image, else
 * from its jars.
 * @throws KafkaMissing where this machine has neither
 */
export async function startOwnKafka(log: (line: string) => void = silently): Promise<OwnKafkaServer> {
  if (!(await dockerAnswers())) return startKafkaBroker(log);
  try {
    return await startKafkaContainer(log);
  } catch (error) {
    log(`No Kafka from Docker (${error instanceof Error ? error.message : String(error)}).`);
    return startKafkaBroker(log);
  }
}

/**
 * A suite that needs Kafka, given the brokers of the run. Where there is none its tests are skipped, and the end of the
 * run names it and the reason; with `CI=true` it fails instead, for nobody would read that.
 */
export function describeKafka(name: string, suite: (brokers: string[]) => void): void {
  const brokers = inject('kafkaBrokers');
  if (brokers) {
    describe(name, () => suite(brokers));
    return;
  }
  const skipReason = `no Kafka: ${inject('kafkaMissing')}`;
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      it('has a Kafka to run against', () => {
        throw new KafkaMissing(skipReason);
      });
    });
    return;
  }
  describe.skip(name, { meta: { skipReason } }, () => suite([]));
}

/** A name for a topic, a group or a prefix of them that no other test has: `<word>-<8 letters and digits>`. */
export function uniqueName(word: string): string {
  return `${word}-${randomBytes(4).toString('hex')}`;
}

function listens(broker: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${broker}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 9092), timeout: 5_000 });
    const answer = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}
