import { choice, duration, integer, list, optionalText, text, type ConfigOf } from '@khabar/runtime';

/** Settings of `npm start`; the services inherit the environment and have settings of their own. */
export const standaloneSettings = {
  KHABAR_DATA: text({ default: 'data', description: 'Folder of the embedded Postgres: cluster, password and log.' }),
  DATABASE_URL: optionalText({
    secret: true,
    pattern: /^postgres(?:ql)?:\/\/\S+$/,
    expectation: 'an address such as postgres://user:password@host:5432/database',
    description: 'A Postgres 18 of your own, in place of the embedded one.',
  }),
  FETCHER_PORT: integer({ default: 3001, min: 1, max: 65_535, description: 'Port of the fetcher.' }),
  PARSER_PORT: integer({ default: 3002, min: 1, max: 65_535, description: 'Port of the parser.' }),
  STORE_PORT: integer({ default: 3003, min: 1, max: 65_535, description: 'Port of the store.' }),
  HTTP_HOST: text({ default: '127.0.0.1', description: 'Address on which the three services listen.' }),
  SEED_FOLDERS: list({
    default: ['seeds/articles'],
    description: 'Folders that are ingested and watched from the start, relative to the workspace.',
  }),
  LOG_LEVEL: choice({
    of: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    description:
      'The least severe lines that are logged; on a terminal the services log from warn on unless this is set.',
  }),
  LOG_FORMAT: choice({
    of: ['auto', 'pretty', 'json'],
    default: 'auto',
    description: 'auto is pretty on a terminal and JSON lines otherwise.',
  }),
  START_TIMEOUT: duration({
    default: 60_000,
    min: 1_000,
    max: 3_600_000,
    description: 'How long the services may take to become ready at the first start.',
  }),
  SHUTDOWN_TIMEOUT: duration({
    default: 8_000,
    min: 100,
    max: 600_000,
    description: 'How long the services may take to finish what they hold when stopping.',
  }),
};

/** Values of {@link standaloneSettings}. */
export type StandaloneConfig = ConfigOf<typeof standaloneSettings>;
