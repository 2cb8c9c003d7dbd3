import { freePort } from './free-port.ts';
import { KafkaProcess, findKafka, newClusterId } from './kafka-process.ts';
import { kafkaSettings, type OwnKafkaServer } from './kafka-server.ts';
import { onFreePorts } from './on-free-ports.ts';

/**
 * Starts Apache Kafka in KRaft mode from its jars, on free ports and in a temporary folder of its own.
 * @throws KafkaMissing without Java 17 or later, or without the jars and a way to get them
 * @throws Error when the broker does not start; it carries what the broker wrote
 */
export async function startKafkaBroker(log: (line: string) => void): Promise<OwnKafkaServer> {
  const program = await findKafka(log);
  log('Starting Kafka …');
  return onFreePorts(async () => {
    const listener = `127.0.0.1:${await freePort()}`;
    const controller = `127.0.0.1:${await freePort()}`;
    const broker = new KafkaProcess(
      program,
      kafkaSettings({ listener, advertised: listener, controller }),
      newClusterId(),
    );
    try {
      await broker.start();
    } catch (error) {
      await broker.remove();
      throw error;
    }
    const stop = () => broker.remove();
    return {
      brokers: [listener],
      kill: () => broker.kill(),
      async restart() {
        await broker.kill();
        await broker.start();
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  });
}
