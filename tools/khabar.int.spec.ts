import { access, constants, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from '@khabar/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScratchWorkspace, scratchWorkspace } from './prepare/scratch-workspace.ts';

let workspace: ScratchWorkspace;
beforeEach(async () => {
  workspace = await scratchWorkspace();
  await workspace.pretendInstalled();
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
});

function khabar(args: string[], input?: string, cwd = workspace.root): Promise<StartedProcess> {
  return startProcess(process.execPath, [join(workspace.root, 'tools/khabar.mjs'), ...args], { cwd, input });
}

describe('the launcher', () => {
  it('may be started as a program', async () => {
    await access(fileURLToPath(new URL('khabar.mjs', import.meta.url)), constants.X_OK);
  });

  it('builds what is stale, without a word, and hands over arguments, input, output, folder and exit code', async () => {
    await workspace.write(
      'apps/cli/main.ts',
      `let input = '';
       for await (const chunk of process.stdin) input += chunk;
       console.log(JSON.stringify({ args: process.argv.slice(2), input, cwd: process.cwd(), node: process.execArgv }));
       console.error('on stderr');
       process.exitCode = 7;`,
    );
    const elsewhere = join(await realpath(workspace.root), 'else where');
    await mkdir(elsewhere);
    await using child = await khabar(['tail', '--json', 'ख़बर "a b"', ''], 'from stdin', elsewhere);
    expect(await child.ended).toEqual({ code: 7, signal: null });
    expect(JSON.parse(child.stdout)).toEqual({
      args: ['tail', '--json', 'ख़बर "a b"', ''],
      input: 'from stdin',
      cwd: elsewhere,
      node: ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'],
    });
    expect(child.stderr).toBe('on stderr\n');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('lets the program end in its own way on %s', async (signal) => {
    await workspace.write(
      'apps/cli/main.ts',
      `const timer = setInterval(() => undefined, 1000);
       for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'])
         process.on(name, () => { console.log('got', name); clearInterval(timer); process.exitCode = 3; });
       console.log('ready');`,
    );
    await using child = await khabar([]);
    await child.waitForLine(/^ready$/);
    child.signal(signal);
    expect(await child.ended).toEqual({ code: 3, signal: null });
    expect(child.stdout).toBe(`ready\ngot ${signal}\n`);
  });

  it('ends by the signal that ended the program', async () => {
    await workspace.write('apps/cli/main.ts', `setInterval(() => undefined, 1000);\nconsole.log('ready');`);
    await using child = await khabar([]);
    await child.waitForLine(/^ready$/);
    child.signal('SIGTERM');
    expect(await child.ended).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('says why when it cannot be made ready, and exits with 1', async () => {
    await workspace.write('apps/cli/main.ts', `import './nowhere.ts';`);
    await using child = await khabar([]);
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.stdout).toBe('');
    expect(child.stderr).toContain('The build failed.');
  });
});
