import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { kafkaJars } from './kafka-jars.ts';
import {
  KAFKA_HEAP,
  KAFKA_JVM,
  KAFKA_STARTED,
  KafkaMissing,
  kafkaSettings,
  type OwnKafkaServer,
} from './kafka-server.ts';
import { startProcess, type StartedProcess } from './process.ts';

const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];
const OLDEST_JAVA = 17;
const PORT_ATTEMPTS = 3;

/**
 * Starts Apache Kafka in KRaft mode from its jars, on free ports and in a temporary folder of its own.
 * @throws KafkaMissing without Java 17 or later, or without the jars and a way to get them
 * @throws Error when the broker does not start; it carries what the broker wrote
 */
export async function startKafkaBroker(log: (line: string) => void): Promise<OwnKafkaServer> {
  const java = await findJava();
  const jars = await kafkaJars(log);
  log('Starting Kafka …');
  for (let attempt = 1; ; attempt += 1) {
    const broker = new KafkaBroker(java, jars, await freePort(), await freePort());
    try {
      await broker.start();
      return broker;
    } catch (error) {
      await broker.stop();
      // somebody may have taken a port between our choice and the broker's bind
      if (attempt === PORT_ATTEMPTS || !String(error).includes('Address already in use')) throw error;
    }
  }
}

class KafkaBroker implements OwnKafkaServer {
  readonly brokers: readonly string[];
  readonly #java: string;
  readonly #jars: string;
  readonly #settings: Record<string, string>;
  #folder: string | undefined;
  #process: StartedProcess | undefined;

  constructor(java: string, jars: string, port: number, controllerPort: number) {
    const listener = `127.0.0.1:${port}`;
    this.brokers = [listener];
    this.#java = java;
    this.#jars = jars;
    this.#settings = kafkaSettings({ listener, advertised: listener, controller: `127.0.0.1:${controllerPort}` });
  }

  async start(): Promise<void> {
    this.#folder ??= await this.#format();
    this.#process = await this.#run(this.#folder, 'kafka.Kafka', 'server.properties');
    await this.#process.waitForLine(KAFKA_STARTED, { timeoutMs: 60_000 });
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #format(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'khabar-kafka-'));
    const lines = Object.entries({ ...this.#settings, 'log.dirs': join(folder, 'data') }).map(
      ([name, value]) => `${name}=${escapeProperty(value)}\n`,
    );
    await writeFile(join(folder, 'server.properties'), lines);
    const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'a'); // a leading dash would be an option
    const format = ['format', '-t', clusterId, '-c', 'server.properties'];
    const tool = await this.#run(folder, 'kafka.tools.StorageTool', ...format);
    const { code } = await tool.ended;
    if (code !== 0) throw new Error(`Kafka's StorageTool ended with ${code}:\n${tool.output}`);
    return folder;
  }

  #run(folder: string, mainClass: string, ...args: string[]): Promise<StartedProcess> {
    return startProcess(
      this.#java,
      [
        ...KAFKA_HEAP,
        ...KAFKA_JVM,
        ...LOGGING,
        `-Djava.io.tmpdir=${folder}`,
        '-cp',
        join(this.#jars, '*'),
        mainClass,
        ...args,
      ],
      // where the locale is not UTF-8 Java on Linux cannot open a path beyond ASCII
      { cwd: folder, folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } },
    );
  }
}

async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin/java') : 'java';
  const remedy = `install Java ${OLDEST_JAVA} or later, start Docker, or set KAFKA_BROKERS`;
  const version = await startProcess(java, ['-version']).catch((cause: unknown) => {
    throw new KafkaMissing(`the command ${java} is missing: ${remedy}`, { cause });
  });
  await version.ended;
  const major = Number(/version "(?:1\.)?(\d+)/.exec(version.output)?.[1] ?? 0);
  if (major < OLDEST_JAVA) throw new KafkaMissing(`${java} is version ${major || 'unknown'}: ${remedy}`);
  return java;
}

/** Java reads a properties file as ISO 8859-1, with a backslash as escape. */
function escapeProperty(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
