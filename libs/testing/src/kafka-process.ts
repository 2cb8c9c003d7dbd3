import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { kafkaJars, kafkaToolsJars } from './kafka-jars.ts';
import { KAFKA_HEAP, KAFKA_JVM, KAFKA_STARTED, KafkaMissing } from './kafka-server.ts';
import { startProcess, type StartedProcess } from './process.ts';

const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];
const OLDEST_JAVA = 17;

/** What runs a broker on this machine. */
export interface KafkaProgram {
  /** The command. */
  readonly java: string;
  /** The folder of the jars. */
  readonly jars: string;
}

/** Finds Java and the jars, which are fetched when they are not there yet. @throws KafkaMissing when one is not to be had */
export async function findKafka(log: (line: string) => void): Promise<KafkaProgram> {
  const java = await findJava();
  return { java, jars: await kafkaJars(log) };
}

/**
 * How one of Kafka's command line tools is started, as its distribution does in `bin`: command and first arguments.
 * @throws KafkaMissing as {@link findKafka}
 */
export async function kafkaTool(mainClass: string, log: (line: string) => void): Promise<string[]> {
  const { java, jars } = await findKafka(log);
  const tools = await kafkaToolsJars(log);
  const classPath = [tools, jars].map((folder) => join(folder, '*')).join(delimiter);
  return [
    java,
    ...KAFKA_JVM,
    '-Xmx128m',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-cp',
    classPath,
    mainClass,
  ];
}

/** A name for a cluster, as its nodes are formatted with. */
export function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'a'); // a leading dash would be an option
}

/** A node from the jars, in a temporary folder of its own. Its data outlive every end but {@link KafkaProcess.remove}. */
export class KafkaProcess {
  readonly #program: KafkaProgram;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #clusterId: string;
  #folder: string | undefined;
  #process: StartedProcess | undefined;

  constructor(program: KafkaProgram, settings: Readonly<Record<string, string>>, clusterId: string) {
    this.#program = program;
    this.#settings = settings;
    this.#clusterId = clusterId;
  }

  /** Resolves when it answers. @throws Error when it does not start; it carries what it wrote */
  async start(): Promise<void> {
    this.#folder ??= await this.#format();
    this.#process = await this.#run(this.#folder, 'kafka.Kafka', 'server.properties');
    await this.#process.waitForLine(KAFKA_STARTED, { timeoutMs: 60_000 });
  }

  /** SIGKILL, also of one that is frozen. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** SIGTERM: it hands over what it leads. Resolves when it is gone. */
  async shutDown(): Promise<void> {
    this.#process?.signal('SIGTERM');
    await this.#process?.ended;
  }

  /** SIGSTOP: its connections stay open and nobody answers. */
  freeze(): void {
    this.#process?.signal('SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    this.#process?.signal('SIGCONT');
  }

  /** SIGKILL when it still runs, and its data go. */
  async remove(): Promise<void> {
    await this.kill();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #format(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'khabar-kafka-'));
    const lines = Object.entries({ ...this.#settings, 'log.dirs': join(folder, 'data') }).map(
      ([name, value]) => `${name}=${escapeProperty(value)}\n`,
    );
    await writeFile(join(folder, 'server.properties'), lines);
    const format = ['format', '-t', this.#clusterId, '-c', 'server.properties'];
    const tool = await this.#run(folder, 'kafka.tools.StorageTool', ...format);
    const { code } = await tool.ended;
    if (code !== 0) throw new Error(`Kafka's StorageTool ended with ${code}:\n${tool.output}`);
    return folder;
  }

  #run(folder: string, mainClass: string, ...args: string[]): Promise<StartedProcess> {
    const { java, jars } = this.#program;
    const options = [...KAFKA_HEAP, ...KAFKA_JVM, ...LOGGING, `-Djava.io.tmpdir=${folder}`];
    return startProcess(
      java,
      [...options, '-cp', join(jars, '*'), mainClass, ...args],
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
