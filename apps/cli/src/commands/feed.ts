import type { ParsedFeed } from '@khabar/feeds';
import type { Command } from 'commander';
import { readInput } from '../input.ts';
import { writeLine } from '../output.ts';
import type { Shell } from '../shell.ts';

const MORE = `
Each file is one line of standard output:
{"file", "error", "feed": {title, subtitle, url, language, …}, "entries": [{id, url, title, summary, content, …}]}
Dates are ISO 8601, titles plain text; summary and content are HTML as found. The exit code is 1 when a file is no feed.

Example:
  $ khabar feed feed.xml | jq '.entries[].title'`;

/** `khabar feed`: what the feed reader makes of files, without any service. */
export function addFeed(program: Command, shell: Shell): void {
  program
    .command('feed')
    .description('read feed files (RSS, Atom, RDF, JSON Feed) and print each as one line of JSON')
    .argument('<file...>', 'feed files, or - for standard input')
    .addHelpText('after', MORE)
    .action((files: string[]) => readFeeds(shell, files));
}

async function readFeeds(shell: Shell, files: readonly string[]): Promise<void> {
  const { parseFeed } = await import('@khabar/feeds');
  for (const file of files) {
    const line = await readOne(shell, file, parseFeed);
    if (line.error !== null) shell.exitCode = 1;
    await writeLine(shell, JSON.stringify({ file, ...line }));
  }
}

async function readOne(shell: Shell, file: string, parseFeed: (bytes: Uint8Array) => ParsedFeed) {
  try {
    return { error: null, ...describeFeed(parseFeed(await readInput(shell, file))) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), feed: null, entries: [] };
  }
}

/** A feed in the words that feed readers share; what the reader does not tell is null or empty. */
export function describeFeed({ feed, entries }: ParsedFeed) {
  return {
    feed: {
      title: feed.title,
      subtitle: feed.description,
      url: feed.link,
      id: null,
      language: feed.language,
      authors: [],
      rights: null,
      published: null,
      updated: null,
    },
    entries: entries.map((entry) => ({
      id: entry.guid,
      url: entry.link,
      title: entry.title,
      summary: entry.summary,
      content: entry.content,
      authors: entry.authors.map((name) => ({ name, email: null, url: null })),
      published: entry.published,
      updated: entry.updated,
      tags: entry.categories,
      enclosures: entry.images.map(({ url }) => ({ url, type: null, length: null })),
      language: entry.language,
    })),
  };
}
