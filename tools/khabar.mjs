#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

/**
 * `npx khabar …`: makes the workspace ready where it is not, and runs the command line program on the Node that npm brought,
 * in the caller's folder, as if it had been called itself.
 */
async function main() {
  if (!(await prepare({ quiet: true }))) return 1;
  const brought = join(root, 'node_modules', '.bin', 'node');
  const child = spawn(
    existsSync(brought) ? brought : process.execPath,
    [
      '--enable-source-maps',
      '--disable-warning=TimeoutNegativeWarning', // kafkajs' request queue, harmless
      join(root, 'dist', 'cli', 'main.js'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  // The child decides how it ends, and we end as it does. What a terminal sends, it sends to the child as well.
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => onTerminal || child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      if (signal === null) return resolve(code);
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    });
  });
}

process.exitCode = await main();
