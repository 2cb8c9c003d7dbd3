import { runService } from '@khabar/runtime';
import { parserService } from './parser.module.ts';

await runService(parserService);
