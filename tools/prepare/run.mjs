import { spawn } from 'node:child_process';

/** Why preparing failed, in words for the person who typed the command. */
export class Failure extends Error {}

/** How long a program may take to end after a signal, before it is killed; npm takes its time to roll back. */
const GRACE_MS = 3000;

/**
 * Runs a program to its end, with its output kept and not shown. A signal to us ends it, with all it started, and then us as
 * the shell expects. The end of our parent is such a signal too: npm hands what it is sent to the shell between us, which
 * dies of it and tells nobody.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ ok: boolean, output: string }>} ok is false as well when the program could not be started
 */
export function run(program, args, { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    let stoppedBy = null;
    const stop = (signal) => {
      if (stoppedBy !== null) return;
      stoppedBy = signal;
      signalGroup(child.pid, signal);
      setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid === parent || stop('SIGTERM'), 500);
    const finish = (result) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, stop);
      if (stoppedBy === null) return resolve(result);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      process.kill(process.pid, stoppedBy);
    };
    child.on('error', (error) => finish({ ok: false, output: String(error) }));
    child.on('close', (code) => finish({ ok: code === 0, output }));
  });
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended
  }
}

/**
 * @param {string} output
 * @param {number} count
 * @returns {string} the last lines that say something, indented
 */
export function lastLines(output, count) {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
}
