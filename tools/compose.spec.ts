import { readFileSync } from 'node:fs';
import { type Settings, commonFaults, migrateSettings, readConfig } from '@khabar/runtime';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fetcherSettings } from '../apps/fetcher/src/config.ts';
import { parserSettings } from '../apps/parser/src/config.ts';
import { storeSettings } from '../apps/store/src/config.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Settings that are the containers' own, whatever an operator sets for programs outside of them, and why. */
const containersOwn: Readonly<Record<string, string>> = {
  HTTP_HOST: 'the image listens on every address of its container',
  HTTP_PORT: 'the published ports and the health checks name it',
  KAFKA_BROKERS: 'the broker of this file',
  DATABASE_URL: 'the Postgres of this file, with a role of its own; with Kafka the parser needs none',
  FETCH_FOLDERS_ROOT: 'the folder of the image that the volumes are mounted in',
  KHABAR_DATA: 'there is no embedded Postgres in a container',
  SEED_FOLDERS: 'the folder that is mounted',
  SHUTDOWN_TIMEOUT: 'stop_grace_period is made for its default',
};

interface Compose {
  readonly services: Readonly<Record<string, Container>>;
}

interface Container {
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on: Readonly<Record<string, { readonly condition: string }>>;
  readonly image: string;
}

/** What a container gets when the operator has set nothing. */
function withNothingSet(environment: Container['environment']): Record<string, string> {
  const values = Object.entries(environment).map(([key, value]) => [key, value.replace(/\$\{\w+:-(\w*)\}/, '$1')]);
  return Object.fromEntries(values) as Record<string, string>;
}

const { services } = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const page = read('docs/operators/compose.md');

const cases: readonly (readonly [string, Settings, boolean])[] = [
  ['fetcher', fetcherSettings, true],
  ['parser', parserSettings, false],
  ['store', storeSettings, true],
];

describe.each(cases)('docker-compose.yml hands to the %s', (service, settings, needsDatabase) => {
  const { environment } = services[service]!;
  const passed = Object.entries(environment).filter(([key]) => !(key in containersOwn));

  it('each of its settings as the operator has it, and nothing else', () => {
    const wanted = Object.keys(settings).filter((key) => !(key in containersOwn));
    expect(passed.map(([key]) => key).toSorted()).toEqual(wanted.toSorted());
    for (const [key, value] of passed) expect(value).toMatch(new RegExp(`^\\$\\{${key}:-\\w*\\}$`));
  });

  it('what it starts with when the operator has set nothing', () => {
    const env = { ...withNothingSet(environment), HTTP_HOST: '0.0.0.0' };
    const config = readConfig(settings as typeof parserSettings, env, (found) => commonFaults(found, needsDatabase));
    expect(config).toMatchObject({ BUS_TRANSACTIONS: false, OTEL_EXPORTER_OTLP_ENDPOINT: null });
  });

  it('settings that docs/operators/compose.md lists', () => {
    expect(passed.filter(([key]) => !page.includes(`\`${key}\``))).toEqual([]);
  });
});

describe.each(['fetcher', 'store'])('docker-compose.yml prepares the database for the %s', (service) => {
  const { environment, depends_on, image } = services[service]!;
  const migration = services[`${service}-migration`]!;

  it('before that starts, by the same image and for the role that it enters with', () => {
    expect(depends_on[`${service}-migration`]).toEqual({ condition: 'service_completed_successfully' });
    expect(migration.image).toBe(image);
    expect(migration.environment['DATABASE_URL']).toBe(environment['DATABASE_URL']);
  });

  it('as the owner, whose address the services do not get', () => {
    const config = readConfig(migrateSettings, withNothingSet(migration.environment));
    const [owner, own] = [config.DATABASE_OWNER_URL, config.DATABASE_URL].map((url) => new URL(url!));
    expect([owner!.username, own!.username]).toEqual(['khabar', `khabar_${service}`]);
    expect([own!.host, own!.pathname]).toEqual([owner!.host, owner!.pathname]);
    for (const name of ['fetcher', 'parser', 'store']) {
      expect(Object.values(services[name]!.environment).join(' ')).not.toContain('POSTGRES_PASSWORD');
    }
  });

  it('with a password that docs/operators/compose.md lists', () => {
    const [password] = /[A-Z]+_DATABASE_PASSWORD/.exec(environment['DATABASE_URL']!)!;
    expect(page).toContain(`\`${password}\``);
  });
});
