import { migrateService } from '@khabar/runtime';
import { storeSchema } from './database/open-database.ts';

/** Prepares the database for the store. */
export const run = (): Promise<void> => migrateService({ name: 'store', schema: storeSchema });
