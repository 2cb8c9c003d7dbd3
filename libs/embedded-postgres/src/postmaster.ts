import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresAccount } from './postgres-account.ts';
import { POSTGRES_ENVIRONMENT, giveToOwnerOf } from './postgres-cluster.ts';
import { isRunning } from './process-state.ts';

/** What a running Postgres writes about itself into its cluster (`postmaster.pid`). */
export interface PostmasterFile {
  pid: number;
  port: number;
  /** `starting`, `ready`, `stopping`, or empty very early. */
  status: string;
}

/** How a start of Postgres went: it serves, or it ended with these lines in its log. */
export type PostmasterStart = { pid: number; exited: Promise<void> } | { failed: string };

/** What {@link spawnPostmaster} needs to know. */
export interface PostmasterOptions {
  postgres: string;
  dataDir: string;
  port: number;
  settings: Readonly<Record<string, string>>;
  account: PostgresAccount;
}

/** The pause between two looks at a fact that changes within milliseconds. */
const LOOK_AGAIN_MS = 10;
/** An adopted Postgres is no child of ours: that it has ended is found by looking. */
const WATCH_MS = 500;
/** After SIGQUIT Postgres gives its own processes 5 s before it kills them. */
const IMMEDIATE_LIMIT_MS = 6_000;

/** What the Postgres of this cluster says about itself, or undefined where none runs or has been killed with its file gone. */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  // 1 pid, 2 folder, 3 start, 4 port, 5 socket folder, 6 address, 7 shared memory, 8 status
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]), status: lines[7] ?? '' } : undefined;
}

/** Whether this process is a Postgres of this cluster, for numbers of processes are used again. */
export function isPostmaster(pid: number, clusterDir: string): boolean {
  try {
    if (process.platform !== 'linux') {
      const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'en_US.UTF-8' }, // else it would write a path beyond ASCII in escapes
      });
      return command.includes(`postgres -D ${clusterDir} `);
    }
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!args.some((arg) => basename(arg) === 'postgres')) return false;
    return args[args.indexOf('-D') + 1] === clusterDir || workingFolder(pid) === clusterDir;
  } catch {
    return false;
  }
}

/** The cluster, even after its folder was renamed; not to be read by everybody. */
function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/**
 * Takes away the claim of a process that is not a Postgres: after a crash or a reboot its number belongs to another
 * program, and Postgres refuses to start beside it. Only the number is changed, to ours: Postgres takes its parent's
 * for a stale one, and can still see by the rest that no orphan of the old server uses the data.
 */
export async function disownStaleFile(clusterDir: string): Promise<void> {
  const file = join(clusterDir, 'postmaster.pid');
  const [pid, ...rest] = (await readFile(file, 'utf8')).split('\n');
  if (isPostmaster(Number(pid), clusterDir)) return;
  await writeFile(file, [process.pid, ...rest].join('\n'));
}

/** Starts Postgres, apart from our terminal and our lifetime, and waits until it serves or has ended. */
export async function spawnPostmaster(options: PostmasterOptions): Promise<PostmasterStart> {
  const { postgres, dataDir, port, settings, account } = options;
  const clusterDir = join(dataDir, 'postgres');
  const logFile = join(dataDir, 'postgres.log');
  const logHandle = await open(logFile, 'a', 0o600);
  const { size: logStart } = await logHandle.stat();
  try {
    await giveToOwnerOf(dataDir, logFile);
    const [command, ...args] = [
      ...account.through,
      ...[postgres, '-D', clusterDir, '-p', String(port)],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const child = spawn(command!, args, {
      ...account.owner,
      cwd: '/',
      env: POSTGRES_ENVIRONMENT,
      detached: true,
      stdio: ['ignore', logHandle.fd, logHandle.fd],
    });
    child.unref();
    let failure: Error | undefined;
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        failure = error;
        resolve();
      });
    });
    for (;;) {
      const file = await readPostmasterFile(clusterDir);
      if (file && file.pid === child.pid && file.status === 'ready') return { pid: file.pid, exited };
      if (await settlesWithin(exited, LOOK_AGAIN_MS)) break;
    }
    return { failed: failure?.message ?? (await readFile(logFile)).subarray(logStart).toString() };
  } finally {
    await logHandle.close();
  }
}

/** Resolves when a Postgres that is no child of ours has ended. */
export async function whenGone(pid: number, clusterDir: string): Promise<void> {
  while (isPostmaster(pid, clusterDir)) await pause(WATCH_MS, undefined, { ref: false });
  // its arguments are gone a moment before its port is free
  while (isRunning(pid)) await pause(LOOK_AGAIN_MS);
}

/**
 * Stops Postgres: SIGINT rolls open transactions back ("fast"), after the limit SIGQUIT stops at once and leaves the
 * recovery to the next start, and SIGKILL is the last resort. Resolves when it is gone.
 */
export async function stopPostmaster(pid: number, clusterDir: string, limitMs: number): Promise<void> {
  if (!isPostmaster(pid, clusterDir)) return;
  if (await endsBy('SIGINT', pid, limitMs)) return;
  if (await endsBy('SIGQUIT', pid, IMMEDIATE_LIMIT_MS)) return;
  await endsBy('SIGKILL', pid, Infinity);
}

async function endsBy(signal: NodeJS.Signals, pid: number, ms: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  const deadline = performance.now() + ms;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  return Promise.race([promise.then(() => true), pause(ms, false)]);
}
