import { commonSettings } from '@khabar/runtime';

/** The parser's settings: it holds no state, so it has only what every service has. */
export const parserSettings = commonSettings(3002);
