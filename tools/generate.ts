import { readFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VERSION } from '@khabar/runtime';
import { format, resolveConfig } from 'prettier';
import { asyncApi } from './generate/asyncapi.ts';
import { knownSchemasFile } from './generate/known-schemas.ts';
import { metricsPage } from './generate/metrics-page.ts';
import { openApiFiles } from './generate/openapi.ts';
import { schemaFiles } from './generate/schemas.ts';
import { envExample, settingsPage } from './generate/settings.ts';
import { topicsPage } from './generate/topics-page.ts';
import { asyncApiFaults } from './generate/validate-asyncapi.ts';

/** Folders that hold nothing but generated files. */
const FOLDERS = ['libs/contracts/schemas', 'docs/openapi'];

/**
 * Writes every file that is made from the code, into the workspace that is the current folder; with `--check` it writes none,
 * names those that differ, and what AsyncAPI's parser finds wrong with its document, and exits with 1.
 */
async function main(root: string, check: boolean): Promise<number> {
  const events = asyncApi(VERSION);
  const files = new Map<string, string>([
    ...schemaFiles(),
    knownSchemasFile(),
    ['docs/asyncapi.yaml', events],
    ['docs/consumers/topics.md', await markdown(topicsPage())],
    ['docs/operators/settings.md', await markdown(settingsPage())],
    ['docs/operators/metrics.md', await markdown(await metricsPage())],
    ['.env.example', envExample()],
    ...(await openApiFiles()),
  ]);
  const drifted: string[] = [];
  for (const [path, text] of files) {
    if ((await readFile(join(root, path), 'utf8').catch(() => null)) !== text) drifted.push(path);
  }
  const left = await filesIn(root, FOLDERS).then((paths) => paths.filter((path) => !files.has(path)));
  if (check) {
    const faults = await asyncApiFaults(events);
    for (const fault of faults) console.log(`docs/asyncapi.yaml is not valid: ${fault}`);
    return Math.max(report(drifted, left), Math.sign(faults.length));
  }
  for (const path of drifted) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), files.get(path)!);
    console.log(`wrote ${path}`);
  }
  for (const path of left) {
    await rm(join(root, path));
    console.log(`removed ${path}`);
  }
  if (drifted.length + left.length === 0) console.log(`all ${files.size} generated files are up to date`);
  return 0;
}

function report(drifted: readonly string[], left: readonly string[]): number {
  if (drifted.length + left.length === 0) return 0;
  const lines = [...drifted.map((path) => `  ${path}`), ...left.map((path) => `  ${path} (nothing makes it any more)`)];
  console.log(`Not what the code says; run npm run generate and commit the result:\n${lines.join('\n')}`);
  return 1;
}

async function filesIn(root: string, folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder)).catch(() => [])).map((name) => `${folder}/${name}`),
    ),
  );
  return found.flat();
}

async function markdown(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(join(process.cwd(), 'README.md'))), parser: 'markdown' });
}

process.exitCode = await main(process.cwd(), process.argv.includes('--check'));
