import { migrateService } from '@khabar/runtime';

/** Prepares the database for the parser. */
export const run = (): Promise<void> => migrateService({ name: 'parser' });
