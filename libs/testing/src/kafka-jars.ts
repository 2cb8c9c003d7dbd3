import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KAFKA_VERSION, KafkaMissing } from './kafka-server.ts';
import { startProcess } from './process.ts';

const workspace = workspaceAround(import.meta.dirname);
const infra = join(workspace, 'infra/kafka-test');

/** What Maven fetches, and where its folder with `pom.xml` and `jars.sha256` is. */
interface JarList {
  readonly what: string;
  readonly project: string;
  /** Name of the folder of the jars in the cache. */
  readonly name: string;
}

const BROKER: JarList = { what: 'the Kafka broker', project: infra, name: `kafka-${KAFKA_VERSION}` };
const TOOLS: JarList = { what: "Kafka's tools", project: join(infra, 'tools'), name: `kafka-tools-${KAFKA_VERSION}` };

/**
 * The folder with the broker's jars, exactly those whose names and SHA-256 are committed in infra/kafka-test.
 * Fetched by Maven when they are not there yet.
 * @throws KafkaMissing when Maven is missing, cannot fetch them, or fetches something else
 */
export function kafkaJars(log: (line: string) => void): Promise<string> {
  return jarsOf(BROKER, log);
}

/** Likewise the folder with Kafka's command line tools, which need the broker's jars beside them. @throws KafkaMissing as {@link kafkaJars} */
export function kafkaToolsJars(log: (line: string) => void): Promise<string> {
  return jarsOf(TOOLS, log);
}

async function jarsOf(list: JarList, log: (line: string) => void): Promise<string> {
  const cache = join(workspace, 'node_modules/.cache/khabar');
  const folder = join(cache, list.name);
  if ((await differences(list, folder)).length === 0) return folder;

  await mkdir(cache, { recursive: true });
  const fetched = await mkdtemp(`${folder}.`);
  await chmod(fetched, 0o755); // what root fetched is of use to everybody
  try {
    log(`Fetching ${list.what} from Maven Central (once) …`);
    await fetchWithMaven(list, fetched);
    const wrong = await differences(list, fetched);
    if (wrong.length > 0) {
      throw new KafkaMissing(`what Maven fetched differs from ${list.project}/jars.sha256: ${wrong.join(', ')}`);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fetched, folder);
  } catch (error) {
    // another run may have put the same folder there in the meantime
    if ((await differences(list, folder)).length > 0) throw error;
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
  return folder;
}

async function fetchWithMaven({ what, project }: JarList, folder: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  const maven = await startProcess('mvn', ['-q', '-B', '-ntp', '-f', join(project, 'pom.xml'), ...goal], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  }).catch((cause: unknown) => {
    throw new KafkaMissing(
      'the command mvn (Apache Maven) is missing: install it, start Docker, or set KAFKA_BROKERS',
      {
        cause,
      },
    );
  });
  const { code } = await maven.ended;
  if (code === 0) return;
  const reason = /\[ERROR\] (.+)/.exec(maven.output)?.[1] ?? `it ended with ${code}`;
  throw new KafkaMissing(`Maven could not fetch ${what}: ${reason}`);
}

/** The names of the jars that are missing, surplus or not what they should be. */
async function differences({ project }: JarList, folder: string): Promise<string[]> {
  const list = await readFile(join(project, 'jars.sha256'), 'utf8');
  const expected = new Map(Array.from(list.matchAll(/^(\w{64}) [ *](.+)$/gm), ([, hash, name]) => [name!, hash!]));
  const found = await readdir(folder).catch((): string[] => []);
  const surplus = found.filter((name) => !expected.has(name));
  const wrong = await Promise.all(
    Array.from(expected, async ([name, hash]) =>
      found.includes(name) && (await sha256(join(folder, name))) === hash ? [] : [name],
    ),
  );
  return [...surplus, ...wrong.flat()];
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** The folder above with nx.json: how far above differs between the sources and a bundle of them. */
function workspaceAround(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('No nx.json above: not within the workspace');
  return workspaceAround(above);
}
