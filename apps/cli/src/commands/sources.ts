import { access, writeFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ServiceProblem, callService } from '../api.ts';
import { readInput, refuse } from '../input.ts';
import { paint, writeJson, writeLine } from '../output.ts';
import { Progress } from '../progress.ts';
import type { Shell } from '../shell.ts';
import { isUrl, sourceIdsOf } from '../source-ids.ts';
import { SOURCE_STATES, type SourceView, addressOf, sourceTable, sourceText } from '../source-text.ts';
import { oneLine } from '../text-width.ts';
import { timeSpan } from '../values.ts';

const MORE = `
Examples:
  $ khabar sources add https://example.org/feed.xml --interval 15m
  $ khabar sources add seeds/articles
  $ khabar sources import seeds/newsrooms.opml
  $ khabar sources list --state failing`;

const API = '/api/v1/sources';
/** The most that the fetcher lists at once. */
const PAGE_SIZE = 500;
/** Feeds of an OPML document that are sent at once. */
const IMPORT_SIZE = 500;

/** `khabar sources`: what is polled. */
export function addSources(program: Command, shell: Shell): void {
  const sources = program
    .command('sources')
    .description('list, add, remove and poll the sources')
    .addHelpText('after', MORE);
  sources
    .command('list')
    .description('list the sources in the order of their arrival')
    .addOption(new Option('--state <state>', 'only those in this state').choices(SOURCE_STATES))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  $ khabar sources list --state failing')
    .action((options: ListOptions) => list(shell, options));
  sources
    .command('add')
    .description('add a feed, a folder or a file; it is polled at once')
    .argument('<url-or-path>', 'address of a feed, or a folder or file in the workspace')
    .option('--title <title>', 'what to call it; else the feed says')
    .option('--interval <time>', 'time between two polls: 90s, 15m, 6h …', seconds)
    .option('--language <tag>', 'language of its articles (BCP 47), where they do not say')
    .option('--json', 'print the source as JSON')
    .addHelpText('after', '\nExample:\n  $ khabar sources add https://example.org/feed.xml --interval 15m')
    .action((where: string, options: AddOptions) => add(shell, where, options));
  sources
    .command('remove')
    .description('remove a source; its articles stay')
    .argument('<source>', 'its id, URL or path')
    .addHelpText('after', '\nExample:\n  $ khabar sources remove https://example.org/feed.xml')
    .action((which: string) => remove(shell, which));
  sources
    .command('import')
    .description('add the feeds of an OPML document')
    .argument('<file>', 'the document, or - for standard input')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when a feed could not be added.\n\nExample:\n  $ khabar sources import seeds/newsrooms.opml',
    )
    .action((file: string, options: { json?: true }) => importOpml(shell, file, options.json === true));
  sources
    .command('export')
    .description('write the feeds as OPML')
    .argument('[file]', 'where to; else standard output')
    .addHelpText('after', '\nExample:\n  $ khabar sources export feeds.opml')
    .action((file: string | undefined) => exportOpml(shell, file));
  sources
    .command('poll')
    .description('poll a source now')
    .argument('<source>', 'its id, URL or path')
    .addHelpText('after', '\nExample:\n  $ khabar sources poll https://example.org/feed.xml')
    .action((which: string) => poll(shell, which));
}

interface ListOptions {
  readonly state?: SourceView['state'];
  readonly json?: true;
}

async function list(shell: Shell, { state, json }: ListOptions): Promise<void> {
  const found: SourceView[] = [];
  let cursor: string | undefined;
  do {
    const response = await callService(shell, 'fetcher', API, { query: { cursor, limit: PAGE_SIZE } });
    const page = (await response.json()) as { items: SourceView[]; nextCursor: string | null };
    found.push(...page.items.filter((source) => state === undefined || source.state === state));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  if (json) return writeJson(shell, found);
  if (found.length > 0) return writeLine(shell, sourceTable(shell, found));
  shell.stderr.write(state === undefined ? 'no source yet: khabar sources add URL\n' : `no source is ${state}\n`);
}

interface AddOptions {
  readonly title?: string;
  readonly interval?: number;
  readonly language?: string;
  readonly json?: true;
}

async function add(shell: Shell, where: string, { title, interval, language, json }: AddOptions): Promise<void> {
  const more = { title, language, intervalSeconds: interval };
  const response = isUrl(where) ? await post(shell, { url: where, ...more }) : await addPath(shell, where, more);
  const source = (await response.json()) as SourceView;
  if (json) return writeJson(shell, source);
  const { green, yellow } = paint(shell);
  await writeLine(shell, response.status === 201 ? green('added') : yellow('already there, left as it is'));
  await writeLine(shell, sourceText(shell, source, Date.now()));
}

/** A path is meant from where the person stands; a fetcher elsewhere, as in a container, knows it by its name in the workspace. */
async function addPath(shell: Shell, path: string, more: object): Promise<Response> {
  const here = resolve(shell.cwd, path);
  const isHere = await access(here).then(
    () => true,
    () => false,
  );
  if (!isHere) return post(shell, { path, ...more });
  try {
    return await post(shell, { path: here, ...more });
  } catch (error) {
    if (isAbsolute(path) || !(error instanceof ServiceProblem) || error.code !== 'outside-workspace') throw error;
    return post(shell, { path, ...more });
  }
}

function post(shell: Shell, body: object): Promise<Response> {
  return callService(shell, 'fetcher', API, { method: 'POST', body });
}

async function remove(shell: Shell, which: string): Promise<void> {
  const source = await find(shell, which);
  await callService(shell, 'fetcher', `${API}/${source.id}`, { method: 'DELETE' });
  await writeLine(shell, `removed ${source.id} ${oneLine(addressOf(source))}; its articles stay`);
}

async function poll(shell: Shell, which: string): Promise<void> {
  const { id } = await find(shell, which);
  const response = await callService(shell, 'fetcher', `${API}/${id}/poll`, { method: 'POST' });
  await writeLine(shell, sourceText(shell, (await response.json()) as SourceView, Date.now()));
}

/** @throws KhabarError `no-such-source` */
async function find(shell: Shell, which: string): Promise<SourceView> {
  for (const id of sourceIdsOf(shell, which)) {
    try {
      return (await (await callService(shell, 'fetcher', `${API}/${id}`)).json()) as SourceView;
    } catch (error) {
      if (!(error instanceof ServiceProblem) || error.status !== 404) throw error;
    }
  }
  throw new KhabarError(
    'no-such-source',
    `There is no source ${which}: khabar sources list shows those that there are`,
  );
}

interface ImportReport {
  added: number;
  existing: number;
  readonly failed: { readonly url: string; readonly reason: string }[];
}

async function importOpml(shell: Shell, file: string, json: boolean): Promise<void> {
  const { generateOpml, parseOpml } = await import('@khabar/feeds');
  const { title, feeds } = parseOpml(await readInput(shell, file));
  if (feeds.length === 0) throw new KhabarError('no-feeds', `There is no feed in ${file}: its outlines have no xmlUrl`);
  const report: ImportReport = { added: 0, existing: 0, failed: [] };
  {
    using progress = new Progress(shell, feeds.length);
    for (let at = 0; at < feeds.length; at += IMPORT_SIZE) {
      const part = feeds.slice(at, at + IMPORT_SIZE);
      const body = generateOpml({ title, feeds: part });
      const call = { method: 'POST', body, contentType: 'text/x-opml; charset=utf-8' } as const;
      const answer = (await (await callService(shell, 'fetcher', `${API}/opml`, call)).json()) as ImportReport;
      report.added += answer.added;
      report.existing += answer.existing;
      report.failed.push(...answer.failed);
      progress.advance(part.length, part.at(-1)!.title ?? part.at(-1)!.xmlUrl);
    }
  }
  if (report.failed.length > 0) shell.exitCode = 1;
  await (json ? writeJson(shell, report) : writeReport(shell, report));
}

async function writeReport(shell: Shell, { added, existing, failed }: ImportReport): Promise<void> {
  await writeLine(shell, `${added} added, ${existing} already there, ${failed.length} failed`);
  for (const { url, reason } of failed) {
    shell.stderr.write(`${paint(shell, shell.stderr).red('failed')} ${oneLine(url)}: ${oneLine(reason)}\n`);
  }
}

async function exportOpml(shell: Shell, file: string | undefined): Promise<void> {
  const opml = await (await callService(shell, 'fetcher', `${API}/opml`)).text();
  if (file === undefined) return writeLine(shell, opml.trimEnd());
  await writeFile(resolve(shell.cwd, file), opml).catch((cause: unknown) => refuse('write', file, cause));
}

function seconds(text: string): number {
  const ms = timeSpan(text);
  if (ms !== undefined && ms >= 1_000 && ms <= 30 * 86_400_000) return ms / 1_000;
  throw new InvalidArgumentError('Say a time span such as 90s, 15m, 6h or 1d, from 1s to 30d.');
}
