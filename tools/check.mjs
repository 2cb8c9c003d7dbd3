#!/usr/bin/env node
import { join } from 'node:path';
import { workspaceEnvironment } from './prepare/install.mjs';
import { root } from './prepare.mjs';
import { run } from './prepare/run.mjs';

const HELP = `npm run check [-- STEP …]

Says whether the workspace may be committed; without a step it takes all of them:

  format      every file is as prettier writes it        (mended by npm run format)
  lint        rules, and who may import whom
  types       TypeScript finds no error
  generated   generated files are what the code says     (mended by npm run generate)

Exit code 0 when all is well, 1 when something is not, 2 for a step that it does not know.
`;

/** How many steps run at once: each keeps a core or two busy. */
const AT_ONCE = 2;

// Where a check must be right, lint looks at everything again: whether an import is allowed depends on the other project's tags as well.
const fresh = process.env.CI === 'true' ? ['--skip-nx-cache'] : [];

/** The commands of each step, one after the other; each with what its output may never contain. */
const STEPS = {
  format: [{ command: ['prettier', '--check', '.'] }],
  lint: [
    { command: ['nx', 'run-many', '--target=lint', ...fresh], never: /No cached ProjectGraph|No tasks were run/ },
    { command: ['eslint', '*.ts', '*.mjs', 'docs'], never: /No cached ProjectGraph/ },
  ],
  types: [{ command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] }],
  generated: [{ command: ['node', 'dist/generate/main.js', '--check'] }],
};

const env = {
  ...workspaceEnvironment(root),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
};

/** Runs a step to its end or its first failure. */
async function check(name) {
  const startedAt = Date.now();
  let result = { ok: true, output: '' };
  for (const { command, never } of STEPS[name]) {
    const [program, ...args] = command;
    const { ok, output } = await run(join(root, 'node_modules', '.bin', program), args, { cwd: root, env });
    result = { ok: ok && !never?.test(output), output };
    if (!result.ok) break;
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${result.ok ? '✓' : '✗'} ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  if (!result.ok) console.log(`${result.output.trimEnd()}\n`);
  return result.ok;
}

/** @returns {Promise<number>} the exit code */
async function main(args) {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = args.filter((name) => !Object.hasOwn(STEPS, name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no step ${unknown.join(', ')}.\n\n${HELP}`);
    return 2;
  }
  const waiting = args.length > 0 ? [...args] : Object.keys(STEPS);
  const results = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) results.push(await check(name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results.every(Boolean) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
