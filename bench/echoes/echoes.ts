import type { Bench } from '../bench.ts';
import { costRows } from './cost.ts';
import { qualityRows } from './quality.ts';

/** How well and how cheaply the store finds articles that tell the same news. */
export const echoesBench: Bench = {
  name: 'echoes',
  about: 'the same news in many places: pairs found and told apart, and what an article costs',
  rows: [...qualityRows, ...costRows],
};
