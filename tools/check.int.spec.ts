import { chmod, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScratchWorkspace, scratchWorkspace } from './prepare/scratch-workspace.ts';

const TOOLS = ['prettier', 'nx', 'eslint', 'tsc'];

/** Stands in for a tool: says with what it was called, and ends as the environment variable of its name has it. */
const STAND_IN = `#!/bin/sh
name=$(basename "$0")
echo "$name $* in $(pwd)"
eval "says=\\$\${name}_says code=\\$\${name}_code"
[ -z "$says" ] || echo "$says"
exit "\${code:-0}"
`;

let workspace: ScratchWorkspace;
beforeAll(async () => {
  workspace = await scratchWorkspace();
  for (const tool of TOOLS) {
    await workspace.write(`node_modules/.bin/${tool}`, STAND_IN);
    await chmod(join(workspace.root, 'node_modules/.bin', tool), 0o755);
  }
  await symlink(process.execPath, join(workspace.root, 'node_modules/.bin/node'));
  await workspace.write(
    'dist/generate/main.js',
    'console.log("generate"); process.exitCode = process.env.generate_code;',
  );
});
afterAll(() => workspace[Symbol.asyncDispose]());

async function check(args: string[], env: NodeJS.ProcessEnv = {}) {
  await using child = await startProcess(process.execPath, [join(workspace.root, 'tools/check.mjs'), ...args], {
    cwd: '/',
    env: { PATH: process.env['PATH'], ...env },
  });
  const { code } = await child.ended;
  return { code, stdout: child.stdout, stderr: child.stderr, lines: child.stdout.trimEnd().split('\n') };
}

const marks = (lines: string[]) =>
  lines.filter((line) => /^[✓✗]/.test(line)).map((line) => line.replace(/ +[\d.]+ s$/, ''));

describe('npm run check', () => {
  it('says one line for each step when all is well, and nothing of what the tools said', async () => {
    const { code, stdout, stderr, lines } = await check([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(marks(lines).sort()).toEqual(['✓ format', '✓ generated', '✓ lint', '✓ types']);
    expect(lines).toHaveLength(4);
    expect(stdout).not.toMatch(/prettier|generate /);
  });

  it.each([
    ['format', { prettier_code: '1', prettier_says: 'a file is not formatted' }, 'a file is not formatted'],
    ['lint', { nx_code: '1', nx_says: 'a rule is broken' }, 'a rule is broken'],
    ['lint', { eslint_code: '1', eslint_says: 'a rule is broken at the root' }, 'a rule is broken at the root'],
    ['lint', { nx_says: 'warning No cached ProjectGraph is available.' }, 'No cached ProjectGraph'],
    ['lint', { eslint_says: 'warning No cached ProjectGraph is available.' }, 'No cached ProjectGraph'],
    ['lint', { nx_says: 'NX No tasks were run' }, 'No tasks were run'],
    ['types', { tsc_code: '2', tsc_says: 'error TS2304' }, 'error TS2304'],
    ['generated', { generate_code: '1' }, 'generate'],
  ])('fails when %s does (%j), with what was said of it, and still takes the other steps', async (step, env, said) => {
    const { code, stdout, lines } = await check([], env);
    expect(code).toBe(1);
    expect(marks(lines).sort()).toEqual(
      ['format', 'generated', 'lint', 'types'].map((name) => `${name === step ? '✗' : '✓'} ${name}`).sort(),
    );
    expect(stdout).toContain(said);
  });

  it('takes only the steps it is asked for, from the folder of the workspace', async () => {
    const { code, lines, stdout } = await check(['types', 'format'], { tsc_code: '1' });
    expect(code).toBe(1);
    expect(marks(lines).sort()).toEqual(['✓ format', '✗ types']);
    expect(stdout).toContain(`tsc --noEmit -p tsconfig.json in ${workspace.root}`);
  });

  it('trusts no result of an earlier lint where CI=true', async () => {
    const failing = { nx_code: '1' };
    expect((await check(['lint'], failing)).stdout).toContain('nx run-many --target=lint in ');
    expect((await check(['lint'], { ...failing, CI: 'true' })).stdout).toContain(
      'nx run-many --target=lint --skip-nx-cache',
    );
  });

  it('has help, and refuses a step that it does not know', async () => {
    const help = await check(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const step of ['format', 'lint', 'types', 'generated']) expect(help.stdout).toContain(`  ${step} `);
    const unknown = await check(['formatting']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('There is no step formatting.');
  });
});
