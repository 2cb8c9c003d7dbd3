import type { TopicState } from '@khabar/bus';
import type { Command } from 'commander';
import { SERVICES } from '../api.ts';
import { dataFolder, findBus, findEmbeddedPostgres, kafkaBrokers, openFoundBus, topicsOf } from '../bus-address.ts';
import {
  type Check,
  check,
  checkClock,
  checkDataFolder,
  checkNode,
  checkPostgresVersion,
  checkServices,
  checkTopics,
} from '../checks.ts';
import { reasonOf } from '../failure.ts';
import { paint, writeJson, writeLine } from '../output.ts';
import { healthOf } from '../service-health.ts';
import { type Shell, secret } from '../shell.ts';
import { textWidth } from '../text-width.ts';

const MORE = `
Nothing is altered. The exit code is 1 when a check failed (✗); a warning (!) or what is not there to be checked (–) does not count.

Examples:
  $ khabar doctor
  $ KAFKA_BROKERS=kafka:9092 khabar doctor --json | jq '.checks[] | select(.result == "failed")'`;

const CONNECT_TIMEOUT_MS = 5_000;

/** `khabar doctor`: what is wrong with this installation, and what to do about it. */
export function addDoctor(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('look for what is wrong and say what to do about it')
    .option('--json', 'print one JSON document')
    .addHelpText('after', MORE)
    .action(({ json }: { json?: true }) => doctor(shell, json === true));
}

async function doctor(shell: Shell, json: boolean): Promise<void> {
  const databaseUrl = secret(shell, 'DATABASE_URL');
  const database = await checkDatabase(shell, databaseUrl);
  const checks = [
    checkNode(process.versions.node),
    ...(databaseUrl === undefined ? [await checkDataFolder(dataFolder(shell))] : []),
    ...database.checks,
    ...(await checkBus(shell, database.hasLog)),
    ...checkServices(await Promise.all(SERVICES.map((name) => healthOf(shell, name)))),
  ];
  const healthy = checks.every(({ result }) => result !== 'failed');
  if (!healthy) shell.exitCode = 1;
  if (json) return writeJson(shell, { healthy, checks });
  const widest = Math.max(...checks.map(({ name }) => textWidth(name)));
  for (const found of checks) await writeLine(shell, checkLine(shell, found, widest));
}

function checkLine(shell: Shell, { name, result, detail, advice }: Check, widest: number): string {
  const { green, yellow, red, dim } = paint(shell);
  const mark = { ok: green('✓'), warning: yellow('!'), failed: red('✗'), skipped: dim('–') }[result];
  const todo = advice === '' ? '' : `: ${advice}`;
  return `${mark} ${name}${' '.repeat(widest - textWidth(name))}  ${detail}${todo}`;
}

/** What was found in the database; `hasLog`: an embedded log has been made in it. */
interface DatabaseChecks {
  readonly checks: Check[];
  readonly hasLog: boolean;
}

async function checkDatabase(shell: Shell, databaseUrl: string | undefined): Promise<DatabaseChecks> {
  if (databaseUrl !== undefined) return askPostgres(databaseUrl, 'start it, or correct DATABASE_URL');
  const folder = dataFolder(shell);
  const embedded = await findEmbeddedPostgres(folder);
  const only = (...parts: Parameters<typeof check>) => ({ checks: [check(...parts)], hasLog: false });
  switch (embedded.state) {
    case 'running':
      return askPostgres(embedded.url, 'stop Khabar and start it again');
    case 'absent':
      return only('skipped', 'Postgres', `none yet in ${folder}`, 'npm start makes it');
    case 'stopped':
      return only('skipped', 'Postgres', `the one in ${folder} is not running`, 'npm start');
    case 'unreadable':
      return only('failed', 'Postgres', `the one in ${folder} cannot be used`, embedded.reason);
  }
}

async function askPostgres(url: string, advice: string): Promise<DatabaseChecks> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined); // what breaks later is no finding
  const where = withoutSecrets(url);
  try {
    await client.connect();
    const askedMs = Date.now();
    const { rows } = await client.query<{ version: number; nowMs: number; hasLog: boolean }>(
      `select current_setting('server_version_num')::int as version,
              (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs",
              to_regclass('bus.topic') is not null as "hasLog"`,
    );
    const { version, nowMs, hasLog } = rows[0]!;
    return { checks: [checkPostgresVersion(version, where), checkClock((askedMs + Date.now()) / 2, nowMs)], hasLog };
  } catch (error) {
    return {
      checks: [check('failed', 'Postgres', `${where} does not answer (${reasonOf(error)})`, advice)],
      hasLog: false,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Where a database is, and as whom it is entered; never its password. */
function withoutSecrets(url: string): string {
  const { host, pathname, username } = URL.parse(url) ?? { host: 'DATABASE_URL', pathname: '', username: '' };
  return `${host}${pathname}${username === '' ? '' : ` (as ${username})`}`;
}

/** An embedded log that is not there yet is not opened, for that would make it. */
async function checkBus(shell: Shell, hasLog: boolean): Promise<Check[]> {
  const isKafka = kafkaBrokers(shell).length > 0;
  const name = isKafka ? 'Kafka' : 'bus';
  if (!isKafka && !hasLog) return [check('skipped', name, 'no log to look at yet', 'npm start makes it')];
  try {
    await using bus = await openFoundBus(await findBus(shell));
    const { up, detail } = await bus.health();
    if (up) return [check('ok', name, detail), ...(await checkTopicsAgainstSettings(shell, await bus.topics()))];
    return [check('failed', name, detail, isKafka ? 'start it, or correct KAFKA_BROKERS' : 'see the lines above')];
  } catch (error) {
    const advice = isKafka ? 'start it, or correct KAFKA_BROKERS' : 'see the lines above';
    return [check('failed', name, `does not answer (${reasonOf(error)})`, advice)];
  }
}

async function checkTopicsAgainstSettings(shell: Shell, found: readonly TopicState[]): Promise<Check[]> {
  try {
    return checkTopics(found, await topicsOf(shell));
  } catch (error) {
    const { ConfigError } = await import('@khabar/runtime');
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ key, expectation }) => check('failed', key, expectation, 'docs/operators/settings.md'));
  }
}
