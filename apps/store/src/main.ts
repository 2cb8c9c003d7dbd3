import { runService } from '@khabar/runtime';
import { storeService } from './store.module.ts';

await runService(storeService);
