import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const CLI = join(import.meta.dirname, '../../../dist/cli');

/** Has Node print every file of a module that it loads. */
const TELL_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({ load: (url, context, next) => (writeSync(2, url + '\\n'), next(url, context)) });
`)}`;

/** What a run of the built command loads: files of packages as they are, of our own bundle the sources within. */
async function loadedBy(...args: string[]): Promise<string[]> {
  const node = ['--import', TELL_MODULES, join(CLI, 'main.js'), ...args];
  const running = promisify(execFile)(process.execPath, node);
  running.child.stdin?.end();
  const { stderr } = await running;
  const files = stderr.split('\n').filter((url) => url.startsWith('file:'));
  const sources = files.map(async (url) => {
    const file = fileURLToPath(url);
    if (!existsSync(`${file}.map`) || !file.startsWith(CLI)) return [file]; // the bundler's own part has none
    const map = JSON.parse(await readFile(`${file}.map`, 'utf8')) as { sources: string[] };
    return map.sources.map((source) => join(CLI, source));
  });
  return (await Promise.all(sources)).flat();
}

describe('the built command', () => {
  const heavy =
    /\/libs\/(?:bus|embedded-postgres|extraction|feeds|runtime)\/src\/|\/node_modules\/(?:@nestjs|kafkajs|pg)\//;

  it('loads the bus, the extraction and what they bring along only where they are needed', async () => {
    const loaded = await loadedBy('--help');
    expect(loaded).toContainEqual(expect.stringMatching(/\/apps\/cli\/src\/program\.ts$/));
    expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
  });

  it('is seen loading the extraction where it is needed', async () => {
    expect(await loadedBy('extract', '--jsonl')).toContainEqual(
      expect.stringMatching(/\/libs\/extraction\/src\/extract-article\.ts$/),
    );
  });
});
