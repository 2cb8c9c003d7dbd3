import { runService } from '@khabar/runtime';
import { parserService } from './parser.module.ts';

/** The parser at work, until a signal. */
export const run = (): Promise<void> => runService(parserService);
