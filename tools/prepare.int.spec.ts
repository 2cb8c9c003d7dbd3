import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, isRunning, startProcess } from '@khabar/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScratchWorkspace, lockFile, scratchWorkspace } from './prepare/scratch-workspace.ts';

let workspace: ScratchWorkspace;
beforeEach(async () => {
  workspace = await scratchWorkspace();
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
});

/** The npm on this machine, and not one that happens to run the tests. */
const machine: NodeJS.ProcessEnv = { ...process.env, npm_execpath: '', npm_node_execpath: '' };

async function prepare(env = machine, nodeArgs: string[] = []) {
  const file = join(workspace.root, 'tools/prepare.mjs');
  await using child = await startProcess(process.execPath, [...nodeArgs, file], { cwd: workspace.root, env });
  const { code } = await child.ended;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

const NO_NPM = 'console.error("npm was called"); process.exitCode = 1;';

describe('installing', () => {
  it('installs what is missing, says so, and never touches it again while the lock file stays', async () => {
    const first = await prepare();
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toMatch(/^Installing what is missing .* …\nInstalled in \d+ s\.\nBuilding …\n$/);
    expect(existsSync(join(workspace.root, 'node_modules/greeting/package.json'))).toBe(true);
    expect(existsSync(join(workspace.root, 'dist/cli/main.js'))).toBe(true);

    await workspace.write('node_modules/of-my-own/package.json', '{}');
    const second = await prepare(await workspace.npmThat(NO_NPM));
    expect(second).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(workspace.root, 'node_modules/of-my-own'))).toBe(true);
  });

  it.each<[string, () => Promise<void>]>([
    ['the lock file names another version', () => workspace.write('package-lock.json', lockFile('2.0.0'))],
    [
      'the lock file names another package',
      () => workspace.write('package-lock.json', lockFile('1.0.0', { 'node_modules/other': { version: '1.0.0' } })),
    ],
    ['an install was broken off', () => rm(join(workspace.root, 'node_modules/.package-lock.json'))],
    [
      'node_modules came from another system',
      () =>
        workspace.write(
          'node_modules/.package-lock.json',
          lockFile('1.0.0', { 'node_modules/native': { version: '1.0.0', optional: true, os: ['plan9'] } }),
        ),
    ],
  ])('installs again when %s', async (_, change) => {
    await workspace.pretendInstalled();
    expect(await prepare(await workspace.npmThat(NO_NPM))).toMatchObject({ code: 0, stderr: 'Building …\n' });
    await change();
    const again = await prepare(await workspace.npmThat(NO_NPM));
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('npm was called');
  });

  it('does not miss an optional package of another system', async () => {
    const other = { 'node_modules/native': { version: '1.0.0', optional: true, os: ['plan9'], cpu: ['x64'] } };
    await workspace.pretendInstalled();
    await workspace.write('package-lock.json', lockFile('1.0.0', other));
    expect(await prepare(await workspace.npmThat(NO_NPM))).toMatchObject({ code: 0, stderr: 'Building …\n' });
  });

  it('fails when npm left out an optional package of this system, and tries again the next time', async () => {
    const ours = { 'node_modules/native': { version: '1.0.0', optional: true, os: [process.platform] } };
    await workspace.write('package-lock.json', lockFile('1.0.0', ours));
    const forgetful = `
      const { mkdirSync, writeFileSync } = require('node:fs');
      mkdirSync('node_modules', { recursive: true });
      writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(lockFile('1.0.0'))});`;
    for (const time of ['first', 'second']) {
      const run = await prepare(await workspace.npmThat(forgetful));
      expect([time, run.code]).toEqual([time, 1]);
      expect(run.stderr).toContain('npm left out native');
    }
  });

  it.each([
    [
      'no registry',
      'npm error code ECONNREFUSED\nnpm error FetchError: request to http://127.0.0.1:9/x failed, reason: connect ECONNREFUSED\nnpm error     at f (x.js:1:1)\nnpm error If you are behind a proxy',
      'The package registry does not answer.',
    ],
    [
      'no name server',
      'npm error code ENOTFOUND\nnpm error network request to http://r.invalid failed',
      'The package registry does not answer.',
    ],
    [
      'no space',
      'npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write',
      'No space is left on the disk.',
    ],
    [
      'no right to write',
      "npm error code EACCES\nnpm error Error: EACCES: permission denied, mkdir '/x'",
      'A file cannot be written.',
    ],
    [
      'two files that disagree',
      'npm error code EUSAGE\nnpm error `npm ci` can only install packages when …',
      'package.json and package-lock.json do not agree',
    ],
    [
      'anything else',
      'npm error code E418\nnpm error I am a teapot',
      'The packages could not be installed.\nnpm said:\n    code E418\n    I am a teapot\n',
    ],
    [
      'a broken npm',
      'SyntaxError: Unexpected token',
      'The packages could not be installed.\nnpm said:\n    SyntaxError: Unexpected token\n',
    ],
  ])('says what to do on %s', async (_, output, message) => {
    const npm = await workspace.npmThat(`console.error(${JSON.stringify(output)}); process.exitCode = 1;`);
    const { code, stdout, stderr } = await prepare(npm);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.split('\n');
    expect(lines[0]).toMatch(/^Installing/);
    expect(lines.slice(1).join('\n')).toContain(message);
    expect(stderr).not.toMatch(/\bat f \(|behind a proxy\n|prepare\.mjs:/);
  });

  it('says that npm is missing where it is', async () => {
    const { code, stderr } = await prepare({ ...machine, PATH: '/nowhere' });
    expect(code).toBe(1);
    expect(stderr).toContain('npm is not in PATH');
  });

  it.each([
    ['18.20.4', 'Khabar needs Node 20 or newer, and this is 18.20.4'],
    ['20.20.2', 'Khabar runs on Node 24, which npm cannot bring to this system'],
  ])('names the Node it needs, on Node %s', async (version, message) => {
    await workspace.pretendInstalled();
    const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'${version}'}})`;
    const { code, stderr } = await prepare(machine, ['--import', pretend]);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends npm, however stubborn, and itself on %s', async (signal) => {
    const env = await workspace.npmThat(
      `require('node:fs').writeFileSync('npm.pid', String(process.pid));
       for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => undefined);
       setInterval(() => undefined, 1000);`,
    );
    const prepareFile = join(workspace.root, 'tools/prepare.mjs');
    await using child = await startProcess(process.execPath, [prepareFile], { cwd: workspace.root, env });
    const pid = Number(await eventually(() => readFile(join(workspace.root, 'npm.pid'), 'utf8')));
    child.signal(signal);
    expect(await child.ended).toEqual({ code: null, signal });
    await eventually(() => !isRunning(pid));
  });

  it('ends when the shell between npm and it has died', async () => {
    const env = await workspace.npmThat(
      `require('node:fs').writeFileSync('npm.pid', String(process.pid)); setInterval(() => undefined, 1000);`,
    );
    const command = `'${process.execPath}' tools/prepare.mjs; exit 0`;
    await using shell = await startProcess('/bin/sh', ['-c', command], { cwd: workspace.root, env });
    const pid = Number(await eventually(() => readFile(join(workspace.root, 'npm.pid'), 'utf8')));
    shell.signal('SIGTERM');
    await eventually(() => !isRunning(pid));
    await shell.ended;
  });
});

describe('building', () => {
  const bundle = () => join(workspace.root, 'dist/cli/main.js');
  const prepared = async () => {
    const before = await stat(bundle()).catch(() => null);
    const run = await prepare(await workspace.npmThat(NO_NPM));
    const after = await stat(bundle());
    return { ...run, built: before?.mtimeMs !== after.mtimeMs };
  };
  beforeEach(() => workspace.pretendInstalled());

  it('builds once, and is quiet and quick while no source changes', async () => {
    expect(await prepared()).toEqual({ code: 0, stdout: '', stderr: 'Building …\n', built: true });
    expect(await prepared()).toEqual({ code: 0, stdout: '', stderr: '', built: false });
    expect(await readFile(bundle(), 'utf8')).toContain('namaste');
  });

  it('builds again when a source changed, came or went, and not for tests and fixtures', async () => {
    await prepared();
    await workspace.write('libs/greeting.ts', `export const greeting: string = 'नमस्ते';`);
    expect(await prepared()).toMatchObject({ built: true });
    expect(await readFile(bundle(), 'utf8')).toContain('नमस्ते');
    await workspace.write('libs/other.ts', '');
    expect(await prepared()).toMatchObject({ built: true });
    await rm(join(workspace.root, 'libs/other.ts'));
    expect(await prepared()).toMatchObject({ built: true });
    await workspace.write('libs/greeting.spec.ts', '');
    await workspace.write('libs/fixtures/one/input.txt', '');
    expect(await prepared()).toMatchObject({ built: false });
  });

  it('builds again when dist is gone', async () => {
    await prepared();
    await rm(join(workspace.root, 'dist'), { recursive: true });
    expect(await prepared()).toMatchObject({ built: true });
  });

  it('says where a source is wrong, and builds once it is right', async () => {
    await writeFile(join(workspace.root, 'apps/cli/main.ts'), `import '../../libs/nowhere.ts';`);
    const broken = await prepare();
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/The build failed\.[^]*nowhere\.ts/);
    await writeFile(join(workspace.root, 'apps/cli/main.ts'), `console.log('right');`);
    expect(await prepared()).toMatchObject({ code: 0, built: true });
  });
});
