import { boolean, commonSettings, type ConfigOf } from '@khabar/runtime';

/** The parser's settings. */
export const parserSettings = {
  ...commonSettings(3002),
  ARTICLE_HTML: boolean({
    default: true,
    description: 'Whether articles carry html beside body; without it events and rows are about half as large.',
  }),
};

/** Values of {@link parserSettings}. */
export type ParserConfig = ConfigOf<typeof parserSettings>;
