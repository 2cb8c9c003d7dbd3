import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { KhabarError } from '@khabar/contracts';
import { callService } from '../api.ts';
import { reasonOf } from '../failure.ts';
import { linesOf } from '../jsonl.ts';
import type { Shell } from '../shell.ts';

/** An article in JSON, or the store's cursor behind the one before. */
export type ExportedLine = { readonly article: string } | { readonly cursor: string };

/** An export as the store answers it. */
export interface StoreExport {
  /** How many articles there are. */
  readonly count: number;
  readonly lines: AsyncIterable<ExportedLine>;
}

/** An export lasts as long as its reader takes: a store that says nothing for five minutes ends it, not its age. */
const LONGEST_MS = 20 * 24 * 60 * 60 * 1000;

const CURSOR = '{"cursor":';

/** Asks the store for an export. @throws KhabarError as `callService` does; while it is read `export-interrupted` */
export async function fetchExport(
  shell: Shell,
  query: Readonly<Record<string, string | undefined>>,
): Promise<StoreExport> {
  const body = { ...query, format: 'ndjson', cursors: true };
  const response = await callService(shell, 'store', '/api/v1/exports', {
    method: 'POST',
    body,
    timeoutMs: LONGEST_MS,
  });
  return {
    count: Number(response.headers.get('x-total-count')),
    lines: readLines(shell, response.body as ReadableStream),
  };
}

async function* readLines(shell: Shell, body: ReadableStream): AsyncGenerator<ExportedLine> {
  try {
    for await (const line of linesOf(Readable.fromWeb(body))) {
      yield line.startsWith(CURSOR) ? (JSON.parse(line) as { cursor: string }) : { article: line };
    }
  } catch (cause) {
    if (shell.signal.aborted) throw cause;
    throw new KhabarError('export-interrupted', `The store's answer broke off (${reasonOf(cause)})`, {
      retriable: true,
      cause,
    });
  }
}
