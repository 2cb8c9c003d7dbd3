import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { isRunning, startProcess } from './process.ts';
import { nodeArgumentsFor } from './typescript.ts';

const node = (script: string) => startProcess(process.execPath, ['-e', script]);

describe('a started process', { timeout: 60_000 }, () => {
  it('keeps its output apart and together, and says how it ended', async () => {
    const child = await node('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(await child.ended).toEqual({ code: 3, signal: null });
    expect(child.stdout).toBe('out\n');
    expect(child.stderr).toBe('err\n');
    expect(child.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('is given its input', async () => {
    const child = await startProcess('cat', [], { input: 'ख़बर' });
    await child.ended;
    expect(child.stdout).toBe('ख़बर');
  });

  it('waits for a line, and also finds one already written', async () => {
    await using child = await node('console.log("port 3001"); setInterval(() => {}, 1000)');
    expect((await child.waitForLine(/^port (\d+)$/))[1]).toBe('3001');
    expect((await child.waitForLine(/port/)).input).toBe('port 3001');
  });

  it('fails with the output when it ends without the line', async () => {
    const child = await node('console.log("something else")');
    await expect(child.waitForLine(/ready/)).rejects.toThrow('something else');
  });

  it('fails when the line does not come in time', async () => {
    await using child = await node('setInterval(() => {}, 1000)');
    await expect(child.waitForLine(/ready/, { timeoutMs: 1 })).rejects.toThrow('within 1 ms');
  });

  it('takes what it started along when it is killed', async () => {
    const child = await startProcess('/bin/sh', ['-c', 'sleep 1000 & echo $!; wait']);
    const [grandchild] = await child.waitForLine(/^\d+$/);
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await eventually(() => !isRunning(Number(grandchild)), { timeoutMs: 30_000 });
  });

  it('cannot start what does not exist', async () => {
    await expect(startProcess('/nowhere/program', [])).rejects.toThrow('ENOENT');
  });
});

describe('ending with the tests', { timeout: 60_000 }, () => {
  it('kills the process and removes its folder when the tests are killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'khabar-process-'));
    const script = `import { spawn } from 'node:child_process';
      import { endWithTests } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
      const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
      endWithTests(child.pid, ${JSON.stringify(folder)});
      console.log('child ' + child.pid);
      setInterval(() => {}, 1000);`;
    await using tests = await startProcess(process.execPath, ['--input-type=module', '-e', script]);
    const pid = Number((await tests.waitForLine(/^child (\d+)$/))[1]);
    tests.signal('SIGKILL');
    await eventually(() => !isRunning(pid) && !existsSync(folder), { timeoutMs: 30_000 });
  });

  it('leaves the process alone once called off', async () => {
    await using child = await node('console.log("up"); setInterval(() => {}, 1000)');
    await child.waitForLine(/up/);
    const watcher = `import { endWithTests } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
      endWithTests(${child.pid})();`;
    const tests = await startProcess(process.execPath, ['--input-type=module', '-e', watcher]);
    expect(await tests.ended).toEqual({ code: 0, signal: null });
    expect(isRunning(child.pid)).toBe(true);
  });
});

describe('running TypeScript', { timeout: 60_000 }, () => {
  it('finds our own libraries by name', async () => {
    const file = join(import.meta.dirname, '../fixtures/imports-a-library-by-name/main.ts');
    const child = await startProcess(process.execPath, nodeArgumentsFor(file));
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.stdout).toBe('function\n');
  });
});
