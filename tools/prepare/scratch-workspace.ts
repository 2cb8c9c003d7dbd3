import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = dirname(dirname(fileURLToPath(import.meta.url)));

const ROLLDOWN = join(TOOLS, '../node_modules/.bin/rolldown');

/** A workspace of one program and one package, which brings the real rolldown, in a folder whose path has spaces and letters beyond ASCII. */
export interface ScratchWorkspace extends AsyncDisposable {
  readonly root: string;
  /** Writes a file by its path in the workspace. */
  write(path: string, text: string): Promise<void>;
  /** Notes that what the lock file names is installed, and puts the real rolldown there. */
  pretendInstalled(): Promise<void>;
  /** A program, in CommonJS, in place of npm. Returns the environment in which it is taken for npm. */
  npmThat(script: string): Promise<NodeJS.ProcessEnv>;
}

/** Lays out a {@link ScratchWorkspace} with the tools under test copied into it. */
export async function scratchWorkspace(): Promise<ScratchWorkspace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'khabar ख़बर ')));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const tool of ['prepare', 'prepare.mjs', 'khabar.mjs', 'check.mjs']) {
    await cp(join(TOOLS, tool), join(root, 'tools', tool), {
      recursive: true,
      filter: (path) => !path.endsWith('.ts'),
    });
  }
  const manifest = { name: 'scratch', version: '1.0.0', type: 'module', dependencies: { greeting: 'file:greeting' } };
  await write('package.json', JSON.stringify(manifest));
  await write('package-lock.json', lockFile('1.0.0'));
  const greeting = { name: 'greeting', version: '1.0.0', bin: { rolldown: 'rolldown.sh' } };
  await write('greeting/package.json', JSON.stringify(greeting));
  await write('greeting/rolldown.sh', `#!/bin/sh\nexec '${ROLLDOWN}' "$@"\n`);
  await write('tsconfig.base.json', '{}');
  await write('libs/greeting.ts', `export const greeting: string = 'namaste';`);
  await write('apps/cli/main.ts', `import { greeting } from '../../libs/greeting.ts';\nconsole.log(greeting);`);
  await write(
    'rolldown.config.mjs',
    `export default { input: { main: 'apps/cli/main.ts' }, platform: 'node', output: { dir: 'dist/cli' } };`,
  );
  return {
    root,
    write,
    async pretendInstalled() {
      await write('node_modules/.package-lock.json', lockFile('1.0.0'));
      await mkdir(join(root, 'node_modules/.bin'), { recursive: true });
      await symlink(ROLLDOWN, join(root, 'node_modules/.bin/rolldown'));
    },
    async npmThat(script) {
      await write('bin/package.json', '{"type":"commonjs"}');
      await write('bin/npm-cli.js', script);
      return { ...process.env, npm_execpath: join(root, 'bin/npm-cli.js'), npm_node_execpath: process.execPath };
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The lock file of the workspace with its one package at a version. */
export function lockFile(version: string, more: Record<string, object> = {}): string {
  const packages = {
    '': { name: 'scratch', version: '1.0.0', dependencies: { greeting: 'file:greeting' } },
    greeting: { version, bin: { rolldown: 'rolldown.sh' } },
    'node_modules/greeting': { resolved: 'greeting', link: true },
    ...more,
  };
  return JSON.stringify({ name: 'scratch', version: '1.0.0', lockfileVersion: 3, requires: true, packages });
}
