import { migrateService } from '@khabar/runtime';
import { fetcherSchema } from './database.ts';

/** Prepares the database for the fetcher. */
export const run = (): Promise<void> => migrateService({ name: 'fetcher', schema: fetcherSchema });
