import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TopicState } from '@khabar/bus';
import type { TopicDefinition } from '@khabar/contracts';
import type { ServiceHealth } from './service-health.ts';

/** What one look at the installation found. */
export interface Check {
  readonly name: string;
  /** `skipped`: there was nothing to look at. Only `failed` fails the whole. */
  readonly result: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do; empty where nothing is to be done. */
  readonly advice: string;
}

/** Makes a {@link Check} of its parts. */
export function check(result: Check['result'], name: string, detail: string, advice = ''): Check {
  return { name, result, detail, advice };
}

const NODE_MAJOR = 24;

/** Whether this Node is new enough. `version` as in `process.versions.node`. */
export function checkNode(version: string): Check {
  if (Number(version.split('.')[0]) >= NODE_MAJOR) return check('ok', 'Node', version);
  const advice = 'start through npm or npx, which bring their own; npm ci if they do not';
  return check('failed', 'Node', `${version} is older than ${NODE_MAJOR}`, advice);
}

/** As `npm start` asks for: a new cluster takes 40 MB, and Postgres stops when its disk is full. */
const LEAST_FREE_BYTES = 200_000_000;

/** Whether the data folder, or where it would be made, can be written and has room. */
export async function checkDataFolder(folder: string): Promise<Check> {
  const name = 'data folder';
  try {
    const existing = await nearestExisting(folder);
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize, blocks } = await statfs(existing);
    const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
    // some network and container file systems do not tell their size at all
    if (blocks === 0 || bavail * bsize >= LEAST_FREE_BYTES) return check('ok', name, `${folder}, ${free}`);
    return check(
      'failed',
      name,
      `${folder} has only ${free}`,
      'free some space, or set KHABAR_DATA to a folder on another disk',
    );
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return check(
      'failed',
      name,
      `${folder} cannot be written (${reason})`,
      'give it to this user, or set KHABAR_DATA to another folder',
    );
  }
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await access(folder, constants.F_OK);
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    return nearestExisting(dirname(folder));
  }
}

const POSTGRES_MAJOR = 18;

/** Whether the server at `where` is of the version that Khabar is made for. `versionNumber` as `server_version_num` has it: 180004. */
export function checkPostgresVersion(versionNumber: number, where: string): Check {
  const version = `${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`;
  if (Math.floor(versionNumber / 10_000) >= POSTGRES_MAJOR) return check('ok', 'Postgres', `${version} at ${where}`);
  const advice = `use a Postgres ${POSTGRES_MAJOR}, or unset DATABASE_URL for the embedded one`;
  return check('failed', 'Postgres', `${version} at ${where} is older than ${POSTGRES_MAJOR}`, advice);
}

const MOST_SKEW_MS = 2_000;

/** Whether two clocks agree; both in milliseconds since the epoch. */
export function checkClock(oursMs: number, theirsMs: number): Check {
  const skewMs = Math.round(theirsMs - oursMs);
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return check('ok', 'clock', "agrees with the database's");
  const detail = `this clock and the database's are ${(Math.abs(skewMs) / 1000).toFixed(1)} s apart`;
  return check('warning', 'clock', detail, 'synchronise both (NTP): which form of an article is newer is told by time');
}

/** One check a topic of those that the settings describe, against what is there. Nothing is ever altered. */
export function checkTopics(found: readonly TopicState[], wanted: readonly TopicDefinition[]): Check[] {
  if (found.length === 0) return [check('skipped', 'topics', 'there are none yet', 'they are made when Khabar starts')];
  const checks = wanted.flatMap((topic) =>
    checkTopic(
      topic,
      found.find(({ name }) => name === topic.name),
    ),
  );
  return checks.length > 0 ? checks : [check('ok', 'topics', `all ${wanted.length} are as the settings say`)];
}

/** What no service reads of the ways in which a broker compresses. */
const UNREADABLE = new Set(['snappy', 'lz4']);
const DAY_MS = 86_400_000;

/** All in which a topic differs. */
function checkTopic(topic: TopicDefinition, found: TopicState | undefined): Check[] {
  const name = `topic ${topic.name}`;
  if (found === undefined)
    return [check('failed', name, 'does not exist', 'start a service: it makes what is missing')];
  const { retentionMs, maxMessageBytes, compression } = found;
  const partitions = found.partitions.length;
  const differences: Check[] = [];
  if (partitions !== topic.partitions) {
    const detail = `has ${partitions} partitions, not ${topic.partitions}`;
    const advice = `set TOPIC_PARTITIONS=${partitions} if all topics have so many, else make it anew, with its records replayed`;
    differences.push(check('failed', name, detail, advice));
  }
  if (maxMessageBytes !== null && maxMessageBytes !== topic.maxMessageBytes) {
    const detail = `takes records of up to ${maxMessageBytes} bytes, not ${topic.maxMessageBytes}`;
    const advice = `set its max.message.bytes to ${topic.maxMessageBytes}`;
    const fits = maxMessageBytes > topic.maxMessageBytes;
    differences.push(
      fits ? check('warning', name, detail, `${advice}, unless this is meant`) : check('failed', name, detail, advice),
    );
  }
  if (retentionMs !== null && retentionMs !== topic.retentionMs) {
    const kept = retentionMs < 0 ? 'for ever' : `${retentionMs / DAY_MS} days`;
    const advice = `set its retention.ms to ${topic.retentionMs}, unless this is meant`;
    differences.push(check('warning', name, `keeps records ${kept}, not ${topic.retentionMs / DAY_MS} days`, advice));
  }
  if (compression !== null && compression !== 'producer') {
    const result = UNREADABLE.has(compression) ? 'failed' : 'warning';
    const detail = `is compressed anew by the broker (${compression})`;
    differences.push(check(result, name, detail, 'set its compression.type to producer'));
  }
  return differences;
}

/** One check a service. That none of them runs is a state and no fault; that some do and others do not is one. */
export function checkServices(services: readonly ServiceHealth[]): Check[] {
  const noneRuns = services.every(({ state }) => state === 'unreachable');
  return services.map(({ name, url, state, detail }) => {
    const { port } = new URL(url);
    switch (state) {
      case 'ready':
        return check('ok', name, `ready at ${url}`);
      case 'not-ready':
        return check('failed', name, `at ${url} is not ready: ${detail}`, 'its log says more');
      case 'foreign':
        return check(
          'failed',
          name,
          `port ${port} is used by another program`,
          `stop that, or set ${name.toUpperCase()}_PORT`,
        );
      case 'unreachable':
        return noneRuns
          ? check('skipped', name, `not running at ${url}`, 'npm start')
          : check('failed', name, `does not answer at ${url}`, 'see its log, or start it');
    }
  });
}
