import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');

/** What a kind of project may import of ours (design section 2). Its tests may import testing besides. */
const DIRECTIONS: Record<string, readonly string[]> = {
  app: ['runtime', 'bus', 'archive', 'postgres', 'pure', 'contract'],
  runtime: ['bus', 'contract'],
  bus: ['contract'],
  archive: ['contract'],
  postgres: ['contract'],
  pure: ['contract'],
  contract: [],
  testing: [],
  e2e: ['testing', 'app', 'bus', 'postgres', 'contract'],
  tool: ['app', 'runtime', 'bus', 'contract'],
  bench: ['testing', 'app', 'runtime', 'bus', 'postgres', 'pure', 'contract'],
};

interface Graph {
  readonly nodes: Record<string, { data: { tags: string[] } }>;
  readonly dependencies: Record<string, { target: string }[]>;
}

/** The graph of a workspace. It stays in the folder `.nx` too, where the boundaries rule reads it: without one it lets all pass. */
async function projectGraph(root: string, file: string): Promise<Graph> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  await promisify(execFile)(process.execPath, [join(BIN, 'nx'), 'graph', `--file=${file}`], { cwd: root, env });
  return (JSON.parse(await readFile(file, 'utf8')) as { graph: Graph }).graph;
}

function kind(graph: Graph, project: string): string | undefined {
  return graph.nodes[project]?.data.tags.find((tag) => tag.startsWith('type:'))?.slice('type:'.length);
}

let scratch: string;
beforeAll(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'khabar-boundaries-')));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('the project graph', () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await projectGraph(ROOT, join(scratch, 'graph.json'));
  });

  it('has every project, each of one kind', () => {
    expect(Object.keys(graph.nodes).sort()).toEqual(
      [
        'archive',
        'bench',
        'bus',
        'cli',
        'contracts',
        'diff',
        'e2e',
        'embedded-postgres',
        'extraction',
        'feeds',
        'fetcher',
        'parquet',
        'parser',
        'runtime',
        'standalone',
        'store',
      ].concat(['testing', 'tools']),
    );
    for (const project of Object.keys(graph.nodes)) {
      expect(graph.nodes[project]!.data.tags.filter((tag) => tag.startsWith('type:'))).toHaveLength(1);
      expect(Object.keys(DIRECTIONS)).toContain(kind(graph, project));
    }
  });

  it("goes only in the design's directions", () => {
    const against = Object.entries(graph.dependencies).flatMap(([project, dependencies]) =>
      dependencies
        .map(({ target }) => ({ target, of: kind(graph, target) }))
        .filter(({ of }) => of !== undefined && of !== 'testing') // testing: by tests alone, which lint knows and the graph does not
        .filter(({ of }) => !DIRECTIONS[kind(graph, project)!]!.includes(of!))
        .map(({ target }) => `${project} → ${target}`),
    );
    expect(against).toEqual([]);
    expect(graph.dependencies['store']!.map(({ target }) => target)).toContain('contracts');
  });
});

/** One small file and what lint has to say of it: parts of its messages, none where all is well. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly code: string;
  readonly errors: readonly string[];
}

const onlyTags = (tag: string) => `A project tagged with "type:${tag}" can only depend on libs tagged with`;
const noTags = (tag: string) => `A project tagged with "type:${tag}" cannot depend on any libs with tags`;
const banned = (tag: string, name: string) => `A project tagged with "${tag}" is not allowed to import "${name}"`;
const RELATIVE = 'Projects cannot be imported by a relative or absolute path';
const use = (from: string) => `import { thing } from '${from}';\nexport const used = thing;\n`;

const FORBIDDEN: readonly Omit<Case, 'name'>[] = [
  // app
  { file: 'apps/store/src/x.ts', code: use('../../parser/src/index.ts'), errors: [RELATIVE] },
  { file: 'apps/cli/src/x.ts', code: use('../../store/src/index.ts'), errors: [RELATIVE] },
  { file: 'apps/store/src/x.ts', code: use('@khabar/testing'), errors: [onlyTags('app')] },
  { file: 'apps/parser/src/x.ts', code: use('typeorm'), errors: [banned('scope:parser', 'typeorm')] },
  { file: 'apps/parser/src/x.ts', code: use('pg'), errors: [banned('scope:parser', 'pg')] },
  { file: 'apps/parser/src/x.ts', code: use('kafkajs'), errors: [banned('scope:parser', 'kafkajs')] },
  { file: 'apps/store/src/x.ts', code: use('kafkajs'), errors: [banned('scope:store', 'kafkajs')] },
  { file: 'apps/fetcher/src/x.ts', code: use('kafkajs'), errors: [banned('scope:fetcher', 'kafkajs')] },
  { file: 'apps/cli/src/x.ts', code: use('kafkajs'), errors: [banned('scope:cli', 'kafkajs')] },
  { file: 'apps/cli/src/x.ts', code: use('@nestjs/common'), errors: [banned('scope:cli', '@nestjs/common')] },
  { file: 'apps/standalone/src/x.ts', code: use('kafkajs'), errors: [banned('scope:standalone', 'kafkajs')] },
  { file: 'apps/standalone/src/x.ts', code: use('typeorm'), errors: [banned('scope:standalone', 'typeorm')] },
  // runtime
  { file: 'libs/runtime/src/x.ts', code: use('@khabar/extraction'), errors: [onlyTags('runtime')] },
  { file: 'libs/runtime/src/x.ts', code: use('@khabar/testing'), errors: [onlyTags('runtime')] },
  { file: 'libs/runtime/src/x.ts', code: use('kafkajs'), errors: [banned('type:runtime', 'kafkajs')] },
  { file: 'libs/runtime/src/x.ts', code: use('typeorm'), errors: [banned('type:runtime', 'typeorm')] },
  // bus
  { file: 'libs/bus/src/x.ts', code: use('@khabar/runtime'), errors: [onlyTags('bus')] },
  { file: 'libs/bus/src/x.ts', code: use('@khabar/feeds'), errors: [onlyTags('bus')] },
  { file: 'libs/bus/src/x.ts', code: use('typeorm'), errors: [banned('type:bus', 'typeorm')] },
  { file: 'libs/bus/src/x.ts', code: use('../../contracts/src/index.ts'), errors: [RELATIVE] },
  // archive
  { file: 'libs/archive/src/x.ts', code: use('@khabar/bus'), errors: [onlyTags('archive')] },
  { file: 'libs/archive/src/x.ts', code: use('pg'), errors: [banned('type:archive', 'pg')] },
  // postgres
  { file: 'libs/embedded-postgres/src/x.ts', code: use('@khabar/bus'), errors: [onlyTags('postgres')] },
  { file: 'libs/embedded-postgres/src/x.ts', code: use('typeorm'), errors: [banned('type:postgres', 'typeorm')] },
  // pure
  { file: 'libs/feeds/src/x.ts', code: use('@khabar/bus'), errors: [onlyTags('pure')] },
  { file: 'libs/feeds/src/x.ts', code: use('@khabar/extraction'), errors: [onlyTags('pure')] },
  { file: 'libs/extraction/src/x.ts', code: use('@khabar/runtime'), errors: [onlyTags('pure')] },
  { file: 'libs/extraction/src/x.ts', code: use('@khabar/testing'), errors: [onlyTags('pure')] },
  ...[
    'kafkajs',
    '@nestjs/common',
    'nestjs-pino',
    'pg',
    'typeorm',
    'pino',
    'pino-http',
    'undici',
    'prom-client',
    'chokidar',
  ].map((name) => ({ file: 'libs/feeds/src/x.ts', code: use(name), errors: [banned('type:pure', name)] })),
  // contract
  { file: 'libs/contracts/src/x.ts', code: use('@khabar/bus'), errors: [noTags('contract')] },
  { file: 'libs/contracts/src/x.ts', code: use('@khabar/extraction'), errors: [noTags('contract')] },
  { file: 'libs/contracts/src/x.ts', code: use('@nestjs/common'), errors: [banned('type:contract', '@nestjs/common')] },
  { file: 'libs/contracts/src/x.ts', code: use('kafkajs'), errors: [banned('type:contract', 'kafkajs')] },
  // testing and e2e
  { file: 'libs/testing/src/x.ts', code: use('@khabar/contracts'), errors: [noTags('testing')] },
  { file: 'libs/testing/src/x.ts', code: use('@khabar/bus'), errors: [noTags('testing')] },
  { file: 'e2e/x.e2e.spec.ts', code: use('@khabar/runtime'), errors: [onlyTags('e2e')] },
  { file: 'e2e/x.e2e.spec.ts', code: use('../apps/store/src/index.ts'), errors: [RELATIVE] },
  // tools
  { file: 'tools/x.ts', code: use('../apps/store/src/index.ts'), errors: [RELATIVE] },
  { file: 'tools/generate/x.ts', code: use('../../libs/bus/src/index.ts'), errors: [RELATIVE] },
  { file: 'tools/x.ts', code: use('@khabar/feeds'), errors: [onlyTags('tool')] },
  // no way around: types, dynamic imports, re-exports, tests, packages of packages, a project without tags
  { file: 'libs/bus/src/x.ts', code: `export type { Thing } from '@khabar/runtime';\n`, errors: [onlyTags('bus')] },
  {
    file: 'libs/bus/src/x.ts',
    code: `import type { Thing } from '@khabar/runtime';\nexport type Used = Thing;\n`,
    errors: [onlyTags('bus')],
  },
  {
    file: 'libs/bus/src/x.ts',
    code: `export const used = await import('@khabar/runtime');\n`,
    errors: [onlyTags('bus')],
  },
  { file: 'libs/bus/src/x.spec.ts', code: use('@khabar/runtime'), errors: [onlyTags('bus')] },
  { file: 'libs/feeds/src/x.spec.ts', code: use('kafkajs'), errors: [banned('type:pure', 'kafkajs')] },
  {
    file: 'libs/bus/src/x.ts',
    code: use('ajv'),
    errors: ['Only packages defined in the "package.json" can be imported'],
  },
  {
    file: 'libs/orphan/src/x.ts',
    code: use('@khabar/contracts'),
    errors: ['A project without tags matching at least one constraint cannot depend on any libraries'],
  },
];

const WORLDLY: readonly (readonly [code: string, error: string])[] = [
  ...[
    'node:fs',
    'node:fs/promises',
    'node:http',
    'node:net',
    'node:process',
    'node:child_process',
    'node:timers/promises',
    'fs',
    'fs/promises',
    'http',
    'process',
  ].map((name) => [use(name), 'A pure library knows no file, network, clock or process.'] as const),
  [`export const used = fetch('http://127.0.0.1');\n`, `Unexpected use of 'fetch'`],
  [`export const used = process.env;\n`, `Unexpected use of 'process'`],
  [`export const used = globalThis.process;\n`, `Unexpected use of 'globalThis'`],
  [`export const used = setTimeout(() => undefined, 1);\n`, `Unexpected use of 'setTimeout'`],
  [`export const used = setInterval(() => undefined, 1);\n`, `Unexpected use of 'setInterval'`],
  [`export const used = performance.now();\n`, `Unexpected use of 'performance'`],
  [`export const used = Date.now();\n`, 'A pure library takes the time as an argument.'],
  [`export const used = new Date();\n`, 'Take the time as an argument.'],
];

const CASES: readonly Case[] = [
  ...FORBIDDEN.map((one) => ({ ...one, name: `${one.file} may not: ${one.code.split('\n')[0]}` })),
  ...['contracts', 'diff', 'feeds', 'extraction', 'parquet'].flatMap((library) =>
    WORLDLY.map(([code, error]) => ({
      name: `${library} may not: ${code.split('\n')[0]}`,
      file: `libs/${library}/src/x.ts`,
      code,
      errors: [error],
    })),
  ),
  ...['export default 1;\n', `export * from './index.ts';\n`].map((code) => ({
    name: `a library may not: ${code.trim()}`,
    file: 'libs/bus/src/x.ts',
    code,
    errors: [code.includes('*') ? 'Re-export by name.' : 'Use named exports.'],
  })),
  ...[
    ['apps/store/src/x.ts', '@khabar/runtime'],
    ['apps/store/src/x.ts', '@khabar/bus'],
    ['apps/parser/src/x.ts', '@khabar/extraction'],
    ['apps/parser/src/x.ts', '@khabar/contracts'],
    ['apps/store/src/x.ts', 'typeorm'],
    ['apps/fetcher/src/x.ts', 'typeorm'],
    ['libs/runtime/src/x.ts', '@khabar/bus'],
    ['libs/bus/src/x.ts', 'kafkajs'],
    ['libs/bus/src/x.ts', 'pg'],
    ['libs/feeds/src/x.ts', '@khabar/contracts'],
    ['libs/contracts/src/x.ts', 'node:crypto'],
    ['libs/feeds/src/x.spec.ts', 'node:fs'],
    ['libs/feeds/src/x.spec.ts', '@khabar/testing'],
    ['apps/store/src/x.int.spec.ts', '@khabar/testing'],
    ['libs/bus/src/x.contract.ts', '@khabar/testing'],
    ['e2e/x.e2e.spec.ts', '@khabar/testing'],
    ['e2e/x.ts', '@khabar/bus'],
    ['tools/x.ts', '@khabar/runtime'],
    ['tools/generate/x.ts', '../../apps/store/src/index.ts'],
    ['libs/bus/src/x.ts', './index.ts'],
  ].map(([file, from]) => ({ name: `${file} may import ${from}`, file: file!, code: use(from!), errors: [] })),
];

describe('lint', () => {
  let messages: Map<string, string[]>;

  /** Each case is a file of its own in a workspace of our projects, all of them empty, so that no case hides behind another. */
  const fileOf = (at: number) => CASES[at]!.file.replace(/x\./, `case-${at}.`);

  beforeAll(async () => {
    const root = join(scratch, 'workspace');
    const write = async (path: string, text: string) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    await mkdir(root);
    for (const file of ['eslint.config.mjs', 'nx.json', 'package.json', 'package-lock.json', 'tsconfig.base.json']) {
      await cp(join(ROOT, file), join(root, file));
    }
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    for await (const file of glob(['{apps,libs}/*/project.json', '{e2e,tools}/project.json'], { cwd: ROOT })) {
      await write(file, await readFile(join(ROOT, file), 'utf8'));
      if (!/^(?:e2e|tools)\b/.test(file)) await write(join(dirname(file), 'src/index.ts'), 'export const thing = 1;\n');
    }
    await write('libs/orphan/project.json', '{ "name": "orphan", "sourceRoot": "libs/orphan/src" }');
    await projectGraph(root, join(scratch, 'workspace.json'));
    await Promise.all(CASES.map((one, at) => write(fileOf(at), one.code)));
    messages = await lint(root);
  }, 120_000);

  it.each(CASES.map((one, at) => [one.name, at] as const))('%s', (_, at) => {
    const found = messages.get(fileOf(at))!;
    const { errors } = CASES[at]!;
    expect(found).toEqual(errors.map((error) => expect.stringContaining(error) as string));
  });

  it('has the boundaries rule on: it was not skipped for want of a graph', () => {
    expect(messages.get('')).toEqual([]);
  });
});

/** Messages by file; under the empty name what lint said of itself. */
async function lint(root: string): Promise<Map<string, string[]>> {
  const args = [join(BIN, 'eslint'), '--format=json', '.'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { code?: number; stdout: string }) => {
    if (error.code !== 1) throw error;
    return error;
  });
  const start = stdout.indexOf('[{');
  const results = JSON.parse(stdout.slice(start)) as { filePath: string; messages: { message: string }[] }[];
  const ofItself = stdout.slice(0, start).trim();
  return new Map([
    ['', ofItself === '' ? [] : [ofItself]],
    ...results.map(
      ({ filePath, messages }) => [relative(root, filePath), messages.map(({ message }) => message)] as const,
    ),
  ] as [string, string[]][]);
}
