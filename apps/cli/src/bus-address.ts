import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Bus } from '@khabar/bus';
import { KhabarError, TOPICS, type TopicDefinition } from '@khabar/contracts';
import { type Shell, secret } from './shell.ts';
import { VERSION } from './version.ts';

/** Where the bus is, and by what that was found. */
export interface BusAddress {
  readonly kafkaBrokers: readonly string[] | null;
  readonly databaseUrl: string | null;
  readonly foundBy: 'KAFKA_BROKERS' | 'DATABASE_URL' | 'data folder';
}

/** The Postgres of a data folder, as it stands there. */
export type EmbeddedPostgres =
  | { readonly state: 'absent' | 'stopped' }
  | { readonly state: 'running'; readonly url: string }
  | { readonly state: 'unreadable'; readonly reason: string };

/** The folder of the embedded Postgres: KHABAR_DATA, else `data`. */
export function dataFolder(shell: Shell): string {
  return resolve(shell.cwd, shell.env['KHABAR_DATA']?.trim() || 'data');
}

/** Brokers of KAFKA_BROKERS; none where it is unset. */
export function kafkaBrokers(shell: Shell): string[] {
  return (shell.env['KAFKA_BROKERS'] ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
}

/**
 * The bus of the environment, else the one that `npm start` runs in this folder.
 * @throws KhabarError `no-bus` that says which of them is missing.
 */
export async function findBus(shell: Shell): Promise<BusAddress> {
  const databaseUrl = secret(shell, 'DATABASE_URL') ?? null;
  const brokers = kafkaBrokers(shell);
  if (brokers.length > 0) return { kafkaBrokers: brokers, databaseUrl, foundBy: 'KAFKA_BROKERS' };
  if (databaseUrl !== null) return { kafkaBrokers: null, databaseUrl, foundBy: 'DATABASE_URL' };
  const folder = dataFolder(shell);
  const embedded = await findEmbeddedPostgres(folder);
  if (embedded.state === 'running') return { kafkaBrokers: null, databaseUrl: embedded.url, foundBy: 'data folder' };
  if (embedded.state === 'unreadable') {
    throw new KhabarError('no-bus', `The embedded Postgres in ${folder} cannot be used: ${embedded.reason}`);
  }
  const found = embedded.state === 'absent' ? 'no embedded Postgres' : 'an embedded Postgres that is not running';
  throw new KhabarError(
    'no-bus',
    `No bus to read: KAFKA_BROKERS and DATABASE_URL are unset, and ${folder} has ${found}; start Khabar with npm start`,
  );
}

/**
 * The topics as the environment has them, which is where the services take them from.
 * @throws ConfigError where it is wrong
 */
export async function topicsOf(shell: Shell): Promise<readonly TopicDefinition[]> {
  // it brings Nest along, which most commands need not load
  const { configuredTopics, readConfig, topicFaults, topicSettings } = await import('@khabar/runtime');
  return configuredTopics(readConfig(topicSettings, shell.env, topicFaults));
}

/**
 * Opens the bus of {@link findBus}. Who only looks needs no `topics`; who publishes passes those of {@link topicsOf}, by whose limits
 * the services publish too.
 */
export async function openFoundBus(
  { kafkaBrokers, databaseUrl }: BusAddress,
  topics: readonly TopicDefinition[] = TOPICS,
): Promise<Bus> {
  const { openBus } = await import('@khabar/bus'); // it brings Nest along, which most commands need not load
  return openBus({
    service: 'cli',
    version: VERSION,
    kafkaBrokers,
    databaseUrl: kafkaBrokers === null ? databaseUrl : null,
    topics,
    maxAttempts: 1,
    retryBaseMs: 200,
    retryMaxMs: 1_000,
    batchMaxEvents: 100,
    batchMaxBytes: 4 * 1024 * 1024,
    lingerMs: 0,
    transactions: false,
    maxBytesInFlight: 32 * 1024 * 1024,
  });
}

/** Looks for a running Postgres in a data folder: its port stands in line 4 of `postmaster.pid`, its password in `password`. */
export async function findEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  try {
    const claim = await readIfThere(join(folder, 'postgres', 'postmaster.pid'));
    if (claim === null) {
      const cluster = await readIfThere(join(folder, 'postgres', 'PG_VERSION'));
      return { state: cluster === null ? 'absent' : 'stopped' };
    }
    const lines = claim.split('\n');
    const port = Number(lines[3]);
    if (!isAlive(Number(lines[0])) || !(port > 0)) return { state: 'stopped' };
    const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
    return { state: 'running', url: `postgres://khabar:${encodeURIComponent(password)}@127.0.0.1:${port}/khabar` };
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EACCES' ? `${path} may not be read by this user; run as the one that ran npm start` : message;
    return { state: 'unreadable', reason };
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
