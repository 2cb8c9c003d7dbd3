import { runService } from '@khabar/runtime';
import { fetcherService } from './fetcher.module.ts';

/** The fetcher at work, until a signal. */
export const run = (): Promise<void> => runService(fetcherService);
