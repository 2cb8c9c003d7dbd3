import { boolean, commonSettings, type ConfigOf, duration, integer, list, optionalText } from '@khabar/runtime';
import { SOURCE_DAYS } from './retention/limits.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Of articles, which are small, this is more than what is saved at once; what waits beside only takes memory. */
const BYTES_IN_FLIGHT = 8 * 1024 * 1024;

/** The store's settings. */
export const storeSettings = {
  ...commonSettings(3003, BYTES_IN_FLIGHT),
  DATABASE_CONNECTIONS: integer({
    default: 10,
    min: 2,
    max: 200,
    description: 'Most connections to Postgres at once, for saving, reading and announcing together.',
  }),
  STORE_SEARCH: boolean({
    default: true,
    description:
      'Whether this store keeps the search index, and answers searches; what it saves without waits for one that does.',
  }),
  SEARCH_TIMEOUT: duration({
    default: 10_000,
    min: 100,
    max: HOUR_MS,
    description: 'How long Postgres may work at one step of a search before it is given up and answered 503.',
  }),
  PUBLIC_URL: optionalText({
    pattern: /^https?:\/\/[^\s/?#]+\/?$/,
    expectation: 'an http or https address without a path',
    description: 'Address at which readers reach the store, for the links in feeds; without it that of each request.',
  }),
  CHANGES_KEPT: duration({
    default: 7 * 24 * HOUR_MS,
    min: HOUR_MS,
    max: 366 * 24 * HOUR_MS,
    description: 'How long a reader of /api/v1/changes may be away and still go on where it was.',
  }),
  STATS_KEPT: duration({
    default: 92 * 24 * HOUR_MS,
    min: 8 * 24 * HOUR_MS,
    max: 3_660 * 24 * HOUR_MS,
    description: 'How far back /api/v1/stats counts by the hour.',
  }),
  STORE_RETENTION_DAYS: integer({
    default: 0,
    min: 0,
    max: 36_500,
    description: 'Days after its last fetch that an article is deleted with its revisions; 0 keeps all.',
  }),
  STORE_RETENTION_BY_SOURCE: list({
    default: [],
    each: SOURCE_DAYS,
    expectation: "sources' ids with their days, id=days, with commas between",
    description: 'The same for some sources, id=days; of an article of several the longest counts, and 0 keeps it.',
  }),
};

/** Values of {@link storeSettings}. */
export type StoreConfig = ConfigOf<typeof storeSettings>;
