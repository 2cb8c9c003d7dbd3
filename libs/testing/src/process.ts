import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** How a process ended: `code` when it exited by itself, `signal` when a signal ended it. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What {@link startProcess} may be told. */
export interface ProcessOptions {
  cwd?: string | undefined;
  /** The whole environment; that of the tests unless told. */
  env?: NodeJS.ProcessEnv | undefined;
  /** All of standard input, which is empty unless told. */
  input?: string | Uint8Array | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  /** A folder of the process, removed too when the tests are killed. */
  folder?: string | undefined;
}

/** A child process with its output kept. Disposing of it kills it with everything it started in its group. */
export interface StartedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Everything written to standard output so far. */
  readonly stdout: string;
  /** Everything written to standard error so far. */
  readonly stderr: string;
  /** Both streams, in the order in which they arrived. */
  readonly output: string;
  /** Settles when the process has ended and all it wrote has been read. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Waits for a line of either stream that matches, also one written before. 30,000 ms unless told.
   * @throws Error when the process ends or the time passes without such a line; it carries the output
   */
  waitForLine(pattern: RegExp, options?: { timeoutMs?: number }): Promise<RegExpExecArray>;
  /** Sends a signal to the process alone (`kill PID`). */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal to the whole process group, as a terminal does on Ctrl-C. */
  signalGroup(name: NodeJS.Signals): void;
  /** SIGKILL to the whole group; resolves when the process is gone. */
  kill(): Promise<ProcessEnd>;
}

/**
 * Starts a program in a process group of its own, so that a Ctrl-C meant for the tests does not reach it by itself.
 * It never outlives the tests, even when these are killed.
 * @throws Error when the program cannot be started at all
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<StartedProcess> {
  const { input, folder, ...spawnOptions } = options;
  const child = spawn(command, args, { ...spawnOptions, detached: true, stdio: 'pipe' });
  await once(child, 'spawn');
  const pid = child.pid!;
  const release = endWithTests(-pid, folder);

  let stdout = '';
  let stderr = '';
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    output += text;
    for (const look of waiting) look();
  });
  child.stdin.on('error', () => undefined); // a program may end without reading its input
  child.stdin.end(input);

  let end: ProcessEnd | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => {
      end = { code, signal };
      release();
      for (const look of waiting) look();
      resolve(end);
    });
  });

  const signalGroup = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const kill = () => {
    signalGroup('SIGKILL');
    return ended;
  };

  return {
    pid,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    get output() {
      return output;
    },
    ended,
    waitForLine(pattern, { timeoutMs = 30_000 } = {}) {
      return new Promise((resolve, reject) => {
        let unread = 0;
        const finish = () => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const look = () => {
          for (const line of output.slice(unread).split(/\r?\n/)) {
            const match = new RegExp(pattern).exec(line);
            if (!match) continue;
            finish();
            return resolve(match);
          }
          unread = output.lastIndexOf('\n') + 1; // an unfinished line is read again
          if (!end) return;
          finish();
          reject(new Error(`${command} ended (${JSON.stringify(end)}) without a line like ${pattern}:\n${output}`));
        };
        const timer = setTimeout(() => {
          finish();
          reject(new Error(`${command} wrote no line like ${pattern} within ${timeoutMs} ms:\n${output}`));
        }, timeoutMs);
        waiting.add(look);
        look();
      });
    },
    signal: (name) => void child.kill(name),
    signalGroup,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
    },
  };
}

/**
 * Kills a process (a group when negative) as soon as the process of the tests is gone, however that ends, SIGKILL
 * included, and removes `folder`: a shell waits for the end of a pipe that only the tests hold open.
 * Returns the function that calls this off, to be called when the process has ended by other means.
 */
export function endWithTests(pid: number, folder = ''): () => void {
  const script =
    'if read -r _; then exit; fi; kill -s KILL -- "$1"; [ -z "$2" ] || rm -rf -- "$2" || { sleep 1; rm -rf -- "$2"; }';
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as Socket).unref();
  return () => watcher.stdin.end('\n');
}

/** Whether a process is running. One that has ended and only waits to be reaped by its parent is not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    // proc(5): the state follows the command, which stands in brackets and may itself hold brackets
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}
