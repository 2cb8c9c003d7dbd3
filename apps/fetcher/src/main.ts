import { runService } from '@khabar/runtime';
import { fetcherService } from './fetcher.module.ts';

await runService(fetcherService);
