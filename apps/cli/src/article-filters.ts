import { ARTICLE_KINDS, sourceId } from '@khabar/contracts';
import { type Command, Option } from 'commander';
import { instantOrDay } from './values.ts';

/** Which articles a command is about; a name is that of the store's parameter. */
export interface ArticleFilters {
  readonly language?: string;
  readonly source?: string;
  readonly author?: string;
  readonly tag?: string;
  readonly cluster?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds the words to search for and the options of {@link ArticleFilters}. */
export function addArticleFilters(command: Command): Command {
  return command
    .argument('[query...]', 'words to search for; "a phrase", begin*, -not, or')
    .option('--language <tag>', 'only of this language (BCP 47)')
    .option('--source <id>', 'only of this source: its id, or the URL of a feed', sourceOf)
    .option('--author <name>', 'only with this author, letter for letter')
    .option('--tag <tag>', 'only with this tag, letter for letter')
    .option('--cluster <id>', 'only of this cluster: the same news in other places')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(ARTICLE_KINDS))
    .option('--from <time>', 'only from this day or time on (2026-03-14 or 2026-03-14T09:30:00Z, UTC)', instantOrDay)
    .option('--to <time>', 'only to the end of this day, or before this time', instantOrDay);
}

/** What the store is asked; what is not given is undefined. */
export function articleQuery(words: readonly string[], filters: ArticleFilters) {
  const { language, source, author, tag, cluster, kind, from, to } = filters;
  return { q: words.join(' ') || undefined, language, source, author, tag, cluster, kind, from, to };
}

function sourceOf(text: string): string {
  return /^https?:\/\//i.test(text) ? sourceId('feed', text) : text;
}
