import { type Article, KhabarError, type RawArticle } from '@khabar/contracts';
import type { Command } from 'commander';
import { linesOf } from '../jsonl.ts';
import { writeLine } from '../output.ts';
import { type Page, fetchedElsewhere, toRawArticle } from '../page.ts';
import type { Shell } from '../shell.ts';

const MORE = `
Each line of standard input is {"id", "url"?, "html" or "text"}; each line of standard output is
{"id", "title", "body", "authors", "published", "language"}, or {"id", "error"} where the input is no article.
The body is what a reader of the page sees: the standfirst, then the text. The exit code is 0 also when lines have errors.

Example:
  $ khabar extract --jsonl < pages.jsonl > articles.jsonl`;

/** `khabar extract`: many pages in, many articles out, without any service. */
export function addExtract(program: Command, shell: Shell): void {
  program
    .command('extract')
    .description('read pages from standard input and write their articles, one JSON object a line')
    .requiredOption('--jsonl', 'the form of input and output')
    .addHelpText('after', MORE)
    .action(() => extract(shell));
}

async function extract(shell: Shell): Promise<void> {
  const { extractArticle } = await import('@khabar/extraction');
  const fetchedAt = new Date().toISOString();
  let number = 0;
  for await (const line of linesOf(shell.stdin)) {
    number += 1;
    await writeLine(shell, JSON.stringify(extractLine(line, number, fetchedAt, extractArticle)));
  }
}

/** What {@link extractLine} makes of a line. */
export type ExtractedLine =
  | {
      readonly id: unknown;
      readonly title: string | null;
      readonly body: string;
      readonly authors: readonly string[];
      readonly published: string | null;
      readonly language: string | null;
    }
  | { readonly id: unknown; readonly error: string };

/** One line in, one line out; `number` (from 1) names a line that has no id. Never throws: a page's fault must not end the others. */
export function extractLine(
  line: string,
  number: number,
  fetchedAt: string,
  extractArticle: (raw: RawArticle) => Article,
): ExtractedLine {
  let id: unknown = null;
  try {
    const input = parseLine(line, number);
    id = input.id ?? null;
    const article = extractArticle(toRawArticle(toPage(input, number, fetchedAt)));
    return {
      id,
      title: article.title,
      body: [article.summary, article.body].filter((text) => text !== null && text !== '').join('\n\n'),
      authors: article.authors,
      published: publishedAsSaid(article),
      language: article.language,
    };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

interface PageLine {
  readonly id?: unknown;
  readonly url?: unknown;
  readonly html?: unknown;
  readonly text?: unknown;
}

function parseLine(line: string, number: number): PageLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new KhabarError('malformed-json', `Line ${number} is not JSON`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new KhabarError('invalid-line', `Line ${number} is not a JSON object`);
}

function toPage(line: PageLine, number: number, fetchedAt: string): Page {
  const { url, html, text } = line;
  const content = html ?? text;
  if (typeof content !== 'string') throw new KhabarError('invalid-line', `Line ${number} has no html and no text`);
  return {
    origin: typeof url === 'string' && url !== '' ? fetchedElsewhere(url) : { folder: 'stdin', file: `line-${number}` },
    bytes: Buffer.from(content),
    mediaType: content === html ? 'text/html' : 'text/plain',
    charset: null,
    fetchedAt,
  };
}

/** When the page says that it was published, as it says it: a day alone, or an instant in the page's own offset. */
export function publishedAsSaid(
  article: Pick<Article, 'publishedAt' | 'publishedOffset' | 'publishedPrecision'>,
): string | null {
  const { publishedAt, publishedOffset, publishedPrecision } = article;
  if (publishedAt === null) return null;
  if (publishedPrecision === 'day') return publishedAt.slice(0, 10);
  if (publishedOffset === null) return publishedAt;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(publishedOffset)!;
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(Date.parse(publishedAt) + offsetMs).toISOString().replace('Z', publishedOffset);
}
