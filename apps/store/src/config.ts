import { commonSettings, type ConfigOf, duration, integer, optionalText } from '@khabar/runtime';

const HOUR_MS = 60 * 60 * 1000;

/** The store's settings. */
export const storeSettings = {
  ...commonSettings(3003),
  DATABASE_CONNECTIONS: integer({
    default: 10,
    min: 2,
    max: 200,
    description: 'Most connections to Postgres at once, for saving, reading and announcing together.',
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
};

/** Values of {@link storeSettings}. */
export type StoreConfig = ConfigOf<typeof storeSettings>;
