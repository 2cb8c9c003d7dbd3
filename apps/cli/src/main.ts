import { runCli } from './program.ts';
import type { Shell, Stop } from './shell.ts';

try {
  process.loadEnvFile('.env');
} catch {
  // There need not be one.
}

const stop = new AbortController();
const stopFor = (reason: Stop, exitCode: number) => () => {
  if (stop.signal.aborted) process.exit(exitCode); // asked a second time
  stop.abort(reason);
};
process.on('SIGINT', stopFor('interrupted', 130));
process.on('SIGTERM', stopFor('terminated', 143));
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stop.abort('output-closed' satisfies Stop); // as with `| head`: whoever read has enough
  });
}

const shell: Shell = {
  env: process.env,
  cwd: process.cwd(),
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
  exitCode: 0,
};

process.exitCode = await runCli(process.argv.slice(2), shell);
// An input that nobody finished reading would keep the process.
if (stop.signal.aborted) process.stdin.destroy();
