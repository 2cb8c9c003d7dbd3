import { articleSettings, commonSettings, type ConfigOf } from '@khabar/runtime';

/** The parser's settings. */
export const parserSettings = {
  ...commonSettings(3002),
  ...articleSettings,
};

/** Values of {@link parserSettings}. */
export type ParserConfig = ConfigOf<typeof parserSettings>;
