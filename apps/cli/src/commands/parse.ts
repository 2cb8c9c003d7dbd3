import { basename, dirname, relative, resolve, sep } from 'node:path';
import { KhabarError, RAW_ARTICLES } from '@khabar/contracts';
import type { Command } from 'commander';
import { articleText } from '../article-text.ts';
import { reasonOf } from '../failure.ts';
import { readInput } from '../input.ts';
import { writeJson, writeLine } from '../output.ts';
import { type Page, UNKNOWN_TYPE, fetchedElsewhere, mediaTypeOf, toRawArticle } from '../page.ts';
import type { Shell } from '../shell.ts';
import { VERSION } from '../version.ts';

const MORE = `
Nothing is stored and no service is asked. A file is read as one of its folder, relative to where you are, so that its id is
the stored one when you stand in the workspace; the time of fetching is now.

Examples:
  $ khabar parse seeds/articles/000_5c3b5599a82902f1.txt
  $ khabar parse https://example.org/news/1 --json
  $ curl -s https://example.org/news/1 | khabar parse - --url https://example.org/news/1`;

const FETCH_TIMEOUT_MS = 30_000;
/** No larger page could travel as a raw article. */
const MAX_BYTES = RAW_ARTICLES.maxMessageBytes;

interface ParseOptions {
  readonly json?: true;
  readonly url?: string;
  readonly type?: string;
}

/** `khabar parse`: what the parser makes of one page. */
export function addParse(program: Command, shell: Shell): void {
  program
    .command('parse')
    .description('print what the parser makes of one page')
    .argument('<page>', 'a file, an http(s) address, or - for standard input')
    .option('--json', 'print the article as news.articles.v1 has it')
    .option('--url <address>', 'take a file or standard input for the page at this address')
    .option('--type <media-type>', 'take it for text/html, text/plain …, whatever it seems to be')
    .addHelpText('after', MORE)
    .action((page: string, options: ParseOptions) => parse(shell, page, options));
}

async function parse(shell: Shell, where: string, options: ParseOptions): Promise<void> {
  const { extractArticle } = await import('@khabar/extraction');
  const page = /^https?:\/\//i.test(where) ? await fetchPage(shell, where) : await readPage(shell, where, options);
  const article = extractArticle(toRawArticle({ ...page, mediaType: options.type?.toLowerCase() ?? page.mediaType }));
  await (options.json ? writeJson(shell, article) : writeLine(shell, articleText(shell, article)));
}

async function readPage(shell: Shell, where: string, { url }: ParseOptions): Promise<Page> {
  const path = resolve(shell.cwd, where);
  const bytes = await readInput(shell, where);
  const folder = relative(shell.cwd, dirname(path)).split(sep).join('/') || '.';
  const file = where === '-' ? { folder: 'stdin', file: 'page' } : { folder, file: basename(path) };
  return {
    origin: url === undefined ? file : fetchedElsewhere(url),
    bytes,
    mediaType: where === '-' ? UNKNOWN_TYPE : mediaTypeOf(where),
    charset: null,
    fetchedAt: new Date().toISOString(),
  };
}

/** One GET by the person's own wish, so no robots.txt is asked; within limits of time and size. */
async function fetchPage(shell: Shell, url: string): Promise<Page> {
  const limit = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.5', 'user-agent': `Khabar/${VERSION}` },
      signal: AbortSignal.any([shell.signal, limit]),
    });
    const { status, headers } = response;
    const gone = status === 404 || status === 410;
    if (!response.ok && !gone)
      throw new KhabarError('page-refused', `${url} answered ${status} ${response.statusText}`);
    const http = {
      status,
      etag: headers.get('etag'),
      lastModified: headers.get('last-modified'),
      finalUrl: response.url,
    };
    const bytes = await readWithin(response, url);
    const [mediaType = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
    return {
      origin: { url, http },
      bytes: gone ? null : bytes,
      mediaType: mediaType.trim() || UNKNOWN_TYPE,
      charset: /charset=["']?([^"';\s]+)/.exec(parameters.join(';'))?.[1] ?? null,
      fetchedAt: new Date().toISOString(),
    };
  } catch (cause) {
    if (shell.signal.aborted || cause instanceof KhabarError) throw cause;
    const reason = limit.aborted ? `no whole answer within ${FETCH_TIMEOUT_MS / 1000} s` : reasonOf(cause);
    throw new KhabarError('page-unreachable', `Cannot fetch ${url}: ${reason}`, { cause });
  }
}

async function readWithin(response: Response, url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) {
      throw new KhabarError('page-too-large', `${url} is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
