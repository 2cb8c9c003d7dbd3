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
// An input that never ends would keep its reader, and the process.
stop.signal.addEventListener('abort', () => process.stdin.destroy());
process.on('SIGINT', stopFor('interrupted', 130));
process.on('SIGTERM', stopFor('terminated', 143));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // as with `| head`: whoever read has enough
  if (error.code === 'EPIPE') return stop.abort('output-closed' satisfies Stop);
  process.stderr.write(`error: The output cannot be written: ${error.message}\n`);
  process.exit(1);
});
process.stderr.on('error', () => undefined); // nobody is left to be told

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
