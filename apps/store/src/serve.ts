import { runService } from '@khabar/runtime';
import { storeService } from './store.module.ts';

/** The store at work, until a signal. */
export const run = (): Promise<void> => runService(storeService);
