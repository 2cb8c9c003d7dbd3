import { boolean } from './config.ts';

/** How articles are made, wherever that is done: in the parser, and in a replay. */
export const articleSettings = {
  ARTICLE_HTML: boolean({
    default: true,
    description: 'Whether articles carry html beside body; without it events and rows are about half as large.',
  }),
};
