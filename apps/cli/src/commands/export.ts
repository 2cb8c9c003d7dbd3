import { resolve } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { type Command, Option } from 'commander';
import { addArticleFilters, type ArticleFilters, articleQuery } from '../article-filters.ts';
import { ExportFile, type Question } from '../export/export-file.ts';
import { type Format, FORMATS, writerOf } from '../export/export-formats.ts';
import { fetchExport } from '../export/exported-lines.ts';
import { count as counted, writeLine } from '../output.ts';
import { Progress } from '../progress.ts';
import type { Shell } from '../shell.ts';

const MORE = `
Without --out the articles go to standard output, as NDJSON. A file is whole when it is there under its name; what broke off is FILE.part,
and the same command goes on with it.

Examples:
  $ khabar export --language hi --from 2026-03-01 | jq .title
  $ khabar export --out articles.parquet
  $ khabar export --source https://example.org/feed.xml --out articles.ndjson`;

interface ExportOptions extends ArticleFilters {
  readonly format?: Format;
  readonly out?: string;
}

/** `khabar export`: articles into a file, or down a pipe. */
export function addExport(program: Command, shell: Shell): void {
  addArticleFilters(
    program.command('export').description('write stored articles, the newest first, as NDJSON or Parquet'),
  )
    .addOption(
      new Option('--format <format>', "ndjson or parquet; unless given, parquet where the file's name ends so").choices(
        FORMATS,
      ),
    )
    .option('--out <file>', 'write this file, and go on with it where it broke off')
    .addHelpText('after', MORE)
    .action((words: string[], options: ExportOptions, command: Command) => {
      const { out, format = out?.toLowerCase().endsWith('.parquet') ? 'parquet' : 'ndjson' } = options;
      const query = articleQuery(words, options);
      if (out !== undefined) return exportToFile(shell, resolve(shell.cwd, out), format, query);
      if (format === 'parquet') command.error('error: Parquet needs a file: say --out FILE.');
      return exportToOutput(shell, query);
    });
}

async function exportToOutput(shell: Shell, query: Question): Promise<void> {
  const { count, lines } = await fetchExport(shell, query);
  using progress = shell.stdout.isTTY ? null : new Progress(shell, count);
  for await (const line of lines) {
    if (!('article' in line)) continue;
    await writeLine(shell, line.article);
    progress?.advance(1, '');
  }
}

async function exportToFile(shell: Shell, path: string, format: Format, query: Question): Promise<void> {
  await using file = await ExportFile.open(path, { format, ...query });
  const last = file.checkpoints.at(-1);
  const writer = await writerOf(format, file.checkpoints);
  let count = last?.count ?? 0;
  if (last) shell.stderr.write(`going on behind ${counted(count, 'article')} in ${path}.part\n`);
  const found = await fetchExport(shell, { ...query, cursor: last?.cursor });
  {
    using progress = new Progress(shell, found.count);
    try {
      for await (const line of found.lines) {
        if ('article' in line) {
          writer.add(line.article);
          count++;
          progress.advance(1, '');
        } else if (writer.isFull) {
          const { bytes, note } = writer.flush();
          await file.append(bytes, { cursor: line.cursor, count, ...(note !== undefined && { note }) });
        }
      }
    } catch (error) {
      throw error instanceof KhabarError && error.code === 'export-interrupted' ? resumable(error) : error;
    }
  }
  await file.finish(writer.finish());
  shell.stderr.write(`${counted(count, 'article')} in ${path}\n`);
}

function resumable(error: KhabarError): KhabarError {
  return new KhabarError(error.code, `${error.message}; the same command goes on where it was`, {
    retriable: true,
    cause: error,
  });
}
