import { LOG_SCHEMA } from '@khabar/bus';
import { toKhabarError } from '@khabar/contracts';
import { commonSettings } from '../common-settings.ts';
import { type ConfigFault, type ConfigOf, optionalText } from '../config.ts';
import { createLogger } from '../logger.ts';
import { patiently } from '../patiently.ts';
import { processConfig } from '../process.ts';
import type { OwnedSchema } from './owned-schema.ts';
import { prepareDatabase } from './prepare-database.ts';

const { DATABASE_URL, KAFKA_BROKERS, LOG_LEVEL, LOG_FORMAT } = commonSettings(0);

/** What `migrate` reads: of the service's settings those that tell where the database and the bus are, and the owner beside them. */
export const migrateSettings = {
  DATABASE_OWNER_URL: optionalText({
    secret: true,
    pattern: /^postgres(?:ql)?:\/\/\S+$/,
    expectation: 'an address such as postgres://owner:password@host:5432/database',
    description:
      'The database of DATABASE_URL as its owner, who migrates it and makes the role of DATABASE_URL; unset, DATABASE_URL is the owner.',
  }),
  DATABASE_URL,
  KAFKA_BROKERS,
  LOG_LEVEL,
  LOG_FORMAT,
};

type MigrateConfig = ConfigOf<typeof migrateSettings>;

/** What SASLprep leaves as it is, which is what every client sends alike. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * `main.js migrate`: prepares the database for a service and ends; the exit code tells how.
 * @param service its name, and the schema that it owns, if any
 */
export async function migrateService(service: { readonly name: string; readonly schema?: OwnedSchema }): Promise<void> {
  const config = processConfig(`${service.name} migrate`, migrateSettings, (found) =>
    migrateFaults(found, schemasOf(service, found).length > 0),
  );
  if (config === null) return;
  const logger = createLogger({ name: service.name, level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const schemas = schemasOf(service, config);
  const owner = config.DATABASE_OWNER_URL ?? config.DATABASE_URL;
  if (owner === null) return logger.info('nothing to migrate: with Kafka it needs no database');
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const addresses = { owner, service: config.DATABASE_URL };
  try {
    const role = await patiently(() => prepareDatabase(schemas, addresses), logger, stop.signal);
    const names = schemas.map(({ name }) => name);
    logger.info({ schemas: names, role }, `the database is ready${role === null ? '' : ` for the role ${role}`}`);
  } catch (error) {
    process.exitCode = 1;
    if (stop.signal.aborted && error === stop.signal.reason) return;
    const { code, message } = toKhabarError(error);
    logger.fatal({ err: error, code }, message);
  }
}

function schemasOf({ schema }: { readonly schema?: OwnedSchema }, config: MigrateConfig): readonly OwnedSchema[] {
  return [...(schema ? [schema] : []), ...(config.KAFKA_BROKERS.length === 0 ? [LOG_SCHEMA] : [])];
}

function migrateFaults({ DATABASE_OWNER_URL, DATABASE_URL }: MigrateConfig, needsDatabase: boolean): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (needsDatabase && DATABASE_OWNER_URL === null && DATABASE_URL === null) {
    faults.push({
      key: 'DATABASE_OWNER_URL',
      expectation: 'or DATABASE_URL is required: there is a schema to migrate',
    });
  }
  for (const [key, url] of Object.entries({ DATABASE_OWNER_URL, DATABASE_URL })) {
    if (url !== null && !isReadable(url)) {
      faults.push({
        key,
        expectation: 'must have a user and a password of printable ASCII, with what is special as %XX',
      });
    }
  }
  return faults;
}

function isReadable(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    return [username, password].every((part) => PLAIN.test(decodeURIComponent(part)));
  } catch {
    return false;
  }
}
