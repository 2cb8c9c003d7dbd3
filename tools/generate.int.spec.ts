import { existsSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, eventually, freePort, startProcess } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'khabar-generate-'));
  await cp(join(ROOT, '.prettierrc.json'), join(workspace, '.prettierrc.json'));
  expect(await generate()).toMatchObject({ code: 0 });
});
afterAll(() => rm(workspace, { recursive: true, force: true }));

const inWorkspace = (path: string) => join(workspace, path);

async function generate(...args: string[]) {
  const main = join(ROOT, 'dist/generate/main.js');
  await using child = await startProcess(process.execPath, [main, ...args], { cwd: workspace });
  const { code } = await child.ended;
  return { code, output: child.output };
}

const FILES = [
  '.env.example',
  'docs/asyncapi.yaml',
  'docs/consumers/topics.md',
  'docs/openapi/fetcher.json',
  'docs/openapi/store.json',
  'docs/operators/settings.md',
  'libs/contracts/schemas/khabar.rejected-input.v1.json',
  'libs/contracts/schemas/news.articles.v1.json',
  'libs/contracts/schemas/news.changes.v1.json',
  'libs/contracts/schemas/news.raw.v1.json',
];

describe('generating', () => {
  it('with --check names each file that drifted, is missing or is left over, with the command to run, and writes nothing', async () => {
    const texts = await Promise.all(FILES.map((path) => readFile(inWorkspace(path), 'utf8')));
    expect(texts.every((text) => text.endsWith('\n') && text.length > 500)).toBe(true);

    const [missing, ...present] = FILES;
    await rm(inWorkspace(missing!));
    for (const path of present) await appendFile(inWorkspace(path), ' ');
    await writeFile(inWorkspace('libs/contracts/schemas/news.old.v1.json'), '{}');
    const { code, output } = await generate('--check');
    expect(code).toBe(1);
    const [advice, ...named] = output.trimEnd().split('\n');
    expect(advice).toBe('Not what the code says; run npm run generate and commit the result:');
    expect(named.sort()).toEqual(
      [...FILES, 'libs/contracts/schemas/news.old.v1.json (nothing makes it any more)']
        .map((path) => `  ${path}`)
        .sort(),
    );
    expect(existsSync(inWorkspace(missing!))).toBe(false);

    expect(await generate()).toMatchObject({ code: 0 });
    expect(await Promise.all(FILES.map((path) => readFile(inWorkspace(path), 'utf8')))).toEqual(texts);
    expect(await generate('--check')).toEqual({ code: 0, output: '' });
  }, 180_000);
});

describe.each(['fetcher', 'store'])('the OpenAPI document of the %s', (service) => {
  it('is the one that it serves', async () => {
    await using database = await createTestDatabase();
    const port = await freePort();
    const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, HTTP_PORT: String(port), LOG_LEVEL: 'error' };
    const main = join(ROOT, 'dist', service, 'main.js');
    await using child = await startProcess(process.execPath, [main], { cwd: workspace, env });
    const served = await eventually(
      async () => (await fetch(`http://127.0.0.1:${port}/api/openapi.json`)).json() as Promise<object>,
      { timeoutMs: 30_000 },
    ).catch((cause: unknown) => {
      throw new Error(child.output, { cause });
    });
    const generated = JSON.parse(await readFile(inWorkspace(`docs/openapi/${service}.json`), 'utf8')) as object;
    expect(served).toEqual(generated);
  });
});
