import { commonSettings, type ConfigOf, integer } from '@khabar/runtime';

/** The store's settings. */
export const storeSettings = {
  ...commonSettings(3003),
  DATABASE_CONNECTIONS: integer({
    default: 10,
    min: 2,
    max: 200,
    description: 'Most connections to Postgres at once, for saving, reading and announcing together.',
  }),
};

/** Values of {@link storeSettings}. */
export type StoreConfig = ConfigOf<typeof storeSettings>;
