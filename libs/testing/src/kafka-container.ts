import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import {
  KAFKA_HEAP,
  KAFKA_JVM,
  KAFKA_STARTED,
  KAFKA_VERSION,
  kafkaSettings,
  type OwnKafkaServer,
} from './kafka-server.ts';

/** A Docker engine on this machine answers within milliseconds; a socket that nobody serves must not hold up the tests. */
const PING_TIMEOUT_MS = 1_000;

/** Whether a Docker engine is there and answers, at `DOCKER_HOST` or at the places where its socket usually is. */
export async function dockerAnswers(): Promise<boolean> {
  const configured = process.env['DOCKER_HOST'];
  const addresses = configured
    ? [configured]
    : [
        'unix:///var/run/docker.sock',
        ...(process.env['XDG_RUNTIME_DIR'] ? [`unix://${process.env['XDG_RUNTIME_DIR']}/docker.sock`] : []),
        `unix://${join(homedir(), '.docker/run/docker.sock')}`,
      ];
  for (const address of addresses) if (await ping(address)) return true;
  return false;
}

/** `GET /_ping` of the Docker Engine API. */
function ping(address: string): Promise<boolean> {
  const url = new URL(address);
  const place =
    url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || '2375' };
  return new Promise((resolve) => {
    const asking = request({ ...place, path: '/_ping', timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(false));
    asking.end();
  });
}

/**
 * Starts Kafka in a container. Its port on the host is chosen by us and the same inside: what a broker advertises must be known
 * before it starts, and must stay when it is started again.
 * @throws Error when the image is not to be had or the broker does not start
 */
export async function startKafkaContainer(log: (line: string) => void): Promise<OwnKafkaServer> {
  log(`Starting Kafka in a container (apache/kafka:${KAFKA_VERSION}) …`);
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient();
  const port = await freePort();
  const advertised = `${client.info.containerRuntime.host}:${port}`;
  const settings = kafkaSettings({ listener: `0.0.0.0:${port}`, advertised, controller: '127.0.0.1:9093' });
  const started = Wait.forLogMessage(KAFKA_STARTED);
  const container = await new GenericContainer(`apache/kafka:${KAFKA_VERSION}`)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      ...Object.fromEntries(Object.entries(settings).map(asEnvironment)),
      KAFKA_HEAP_OPTS: KAFKA_HEAP.join(' '),
      KAFKA_JVM_PERFORMANCE_OPTS: KAFKA_JVM.join(' '),
    })
    .withWaitStrategy(started)
    .start();

  const engine = client.container.getById(container.getId());
  const isRunning = async () => (await engine.inspect()).State.Running;
  const kill = async () => {
    if (!(await isRunning())) return;
    const gone = engine.wait();
    await engine.kill();
    await gone;
  };
  const stop = async () => void (await container.stop({ timeout: 0 }));
  return {
    brokers: [advertised],
    kill,
    async restart() {
      await kill();
      await container.restart();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The image's own rule for settings in the environment. */
function asEnvironment([name, value]: [string, string]): [string, string] {
  const upper = name.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase();
  return [`KAFKA_${upper}`, value];
}
