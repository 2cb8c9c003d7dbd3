import { type Article, KhabarError } from '@khabar/contracts';
import { type Command, Option } from 'commander';
import { ServiceProblem, callService } from '../api.ts';
import { addArticleFilters, type ArticleFilters, articleQuery } from '../article-filters.ts';
import { type Fact, articleText } from '../article-text.ts';
import { canAsk, confirm } from '../confirm.ts';
import { type Column, shortTime, table, writeJson, writeLine } from '../output.ts';
import type { Shell } from '../shell.ts';
import { oneLine } from '../text-width.ts';
import { wholeNumber } from '../values.ts';

const MORE = `
Examples:
  $ khabar articles पुतिन
  $ khabar articles '"prime minister" flood* -snow' --sort relevance
  $ khabar articles --language hi --from 2026-03-01 --limit 100
  $ khabar articles show 5f2c0d5e-4a52-5c2b-9d0a-0c8f4b1f2a33`;

const SHOW_MORE = `
Example:
  $ khabar articles show 5f2c0d5e-4a52-5c2b-9d0a-0c8f4b1f2a33 --json`;

const ERASE_MORE = `
Ids and hashes stay, so that it does not come back. Backups and the raw archive are not touched; with the fetcher's
RAW_ARCHIVE and RAW_ARCHIVE_DAYS set here too, it tells by when the archive has deleted it. It may be repeated: what
failed on the way is finished.

Example:
  $ khabar articles erase 5f2c0d5e-4a52-5c2b-9d0a-0c8f4b1f2a33`;

const DEFAULT_LIMIT = 20;
/** The most that the store gives at once. */
const PAGE_SIZE = 100;

interface ListOptions extends ArticleFilters {
  readonly sort?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `khabar articles`: what is stored. */
export function addArticles(program: Command, shell: Shell): void {
  const articles = addArticleFilters(
    program.command('articles').description('list or search the stored articles, the newest first'),
  )
    .addOption(new Option('--sort <order>', 'the order of what is found').choices(['newest', 'relevance']))
    .option('--limit <count>', 'print so many at most', wholeNumber(1, 1_000_000), DEFAULT_LIMIT)
    .option('--json', 'print a JSON array of articles')
    .addHelpText('after', MORE)
    .action((query: string[], options: ListOptions) => list(shell, query, options));
  articles
    .command('show')
    .description('print one article')
    .argument('<id>', "the article's id")
    .option('--json', 'print it as the store gives it')
    .addHelpText('after', SHOW_MORE)
    .action((id: string, _, command: Command) => show(shell, id, command.optsWithGlobals()['json'] === true));
  articles
    .command('erase')
    .description('erase one article for good, as the law may ask for: its texts, revisions and events')
    .argument('<id>', "the article's id")
    .option('--yes', 'do not ask')
    .option('--json', "print the store's answer")
    .addHelpText('after', ERASE_MORE)
    .action((id: string, options: { yes?: true }, command: Command) =>
      erase(shell, id, options.yes === true, command.optsWithGlobals()['json'] === true),
    );
}

/** What a list shows of an article. */
type Listed = Pick<Article, 'id' | 'title' | 'language' | 'publishedAt'>;

async function list(shell: Shell, query: readonly string[], options: ListOptions): Promise<void> {
  const found: Listed[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage(shell, {
      ...articleQuery(query, options),
      sort: options.sort,
      cursor,
      limit: Math.min(PAGE_SIZE, options.limit - found.length),
    });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && found.length < options.limit);

  if (options.json) return writeJson(shell, found);
  if (found.length === 0) shell.stderr.write('no article fits\n');
  else await writeLine(shell, table(shell, found, COLUMNS));
}

async function fetchPage(shell: Shell, query: Record<string, string | number | undefined>) {
  const response = await callService(shell, 'store', '/api/v1/articles', { query });
  return (await response.json()) as { items: Listed[]; nextCursor: string | null };
}

const COLUMNS: readonly Column<Listed>[] = [
  { head: 'id', text: ({ id }) => id },
  { head: 'published (UTC)', text: ({ publishedAt }) => publishedAt?.slice(0, 16).replace('T', ' ') ?? '' },
  { head: 'lang', text: ({ language }) => language ?? '' },
  { head: 'title', text: ({ title }) => title ?? '(gone)', shrinks: true },
];

/** What the store knows of an article beside its text. */
interface StoredArticle extends Article {
  readonly revision: number;
  readonly storedAt: string;
  readonly sources: readonly string[];
  readonly clusterId: string | null;
  readonly withdrawn: string | null;
}

async function show(shell: Shell, id: string, json: boolean): Promise<void> {
  const response = await callService(shell, 'store', `/api/v1/articles/${encodeURIComponent(id)}`);
  const article = (await response.json()) as StoredArticle;
  if (json) return writeJson(shell, article);
  const { revision, storedAt, sources, clusterId, withdrawn } = article;
  const facts: Fact[] = [
    ['revision', `${revision}, stored ${shortTime(storedAt)}`],
    ['told by', sources.length > 1 ? sources.join(', ') : null],
    ['cluster', clusterId],
    ['withdrawn', withdrawn],
  ];
  await writeLine(shell, articleText(shell, article, facts));
}

/** The log is gone through for it, which takes its time where it is long. */
const ERASE_TIMEOUT_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

async function erase(shell: Shell, id: string, unasked: boolean, json: boolean): Promise<void> {
  const path = `/api/v1/articles/${encodeURIComponent(id)}`;
  if (!unasked) {
    if (!canAsk(shell)) throw new KhabarError('not-confirmed', 'Nobody can be asked here: add --yes to erase it');
    const title = await titleOf(shell, path);
    if (!(await confirm(shell, `Erase ${title} for good?`))) {
      shell.stderr.write('nothing erased\n');
      shell.exitCode = 1;
      return;
    }
  }
  const response = await callService(shell, 'store', path, { method: 'DELETE', timeoutMs: ERASE_TIMEOUT_MS });
  const erasure = (await response.json()) as { id: string; completedBy: string | null };
  if (json) return writeJson(shell, erasure);
  const { completedBy } = erasure;
  await writeLine(shell, `erased ${erasure.id}; ${whenComplete(completedBy)}`);
  const archived = whatIsArchived(shell);
  if (archived !== null) await writeLine(shell, archived);
}

function whenComplete(completedBy: string | null): string {
  if (completedBy === null) return 'a topic that keeps its records for ever still has its events';
  if (Date.parse(completedBy) <= Date.now()) return 'no topic has its events any more';
  return `the topics have deleted its events by ${shortTime(completedBy)}`;
}

/** What the raw archive still has; null where the settings here know of none. A day of it is deleted in the first hours after the last that is kept. */
function whatIsArchived({ env }: Shell): string | null {
  const folder = env['RAW_ARCHIVE']?.trim();
  if (!folder) return null;
  const days = Number(env['RAW_ARCHIVE_DAYS'] ?? 0);
  if (!(days > 0)) return `the raw archive in ${folder} keeps its pages for ever, for RAW_ARCHIVE_DAYS is 0`;
  const lastDay = new Date(Date.now() + (days + 1) * DAY_MS).toISOString().slice(0, 10);
  return `the raw archive in ${folder} has deleted its pages at the end of ${lastDay}, unless they are fetched again`;
}

/** What a person knows it by; the id where it is gone from the store, and perhaps not from the log. */
async function titleOf(shell: Shell, path: string): Promise<string> {
  try {
    const { title, url } = (await (await callService(shell, 'store', path)).json()) as StoredArticle;
    return `“${oneLine(title ?? url ?? path)}”`;
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.status !== 404) throw error;
    return 'what is left of an article that the store does not show';
  }
}
