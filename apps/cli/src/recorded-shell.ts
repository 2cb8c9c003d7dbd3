import { PassThrough, Readable } from 'node:stream';
import { runCli } from './program.ts';
import type { Output, Shell, Stop } from './shell.ts';

/** A shell of a test's own: its input is given, its output kept. */
export interface RecordedShell extends Shell {
  /** What has been written so far. */
  readonly written: { readonly stdout: string; readonly stderr: string };
  stop(reason: Stop): void;
}

/** Makes a {@link RecordedShell} that shares nothing with the process of the tests. */
export function recordShell(
  given: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string | Uint8Array; terminalColumns?: number } = {},
): RecordedShell {
  const stopping = new AbortController();
  const terminal = given.terminalColumns === undefined ? {} : { isTTY: true, columns: given.terminalColumns };
  const kept = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => {
    const stream = new PassThrough();
    stream.on('data', (bytes: Buffer) => (kept[name] += bytes.toString()));
    return Object.assign(stream, terminal);
  };
  return {
    env: given.env ?? {},
    cwd: given.cwd ?? '/nowhere',
    stdin: Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]),
    stdout: output('stdout'),
    stderr: output('stderr'),
    signal: stopping.signal,
    exitCode: 0,
    written: kept,
    stop: (reason) => stopping.abort(reason),
  };
}

/** Runs one command line in a shell of its own. */
export async function runRecorded(
  args: readonly string[],
  given: Parameters<typeof recordShell>[0] = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const shell = recordShell(given);
  const code = await runCli(args, shell);
  return { code, ...shell.written };
}
