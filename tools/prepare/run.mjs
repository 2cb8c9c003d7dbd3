import { spawn } from 'node:child_process';

/** Why preparing failed, in words for the person who typed the command. */
export class Failure extends Error {}

/**
 * Runs a program to its end, with its output kept and not shown. A signal to us goes on to it, so that nothing is left
 * running, and then ends us as the shell expects.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ ok: boolean, output: string }>} ok is false as well when the program could not be started
 */
export function run(program, args, { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    let stoppedBy = null;
    const stop = (signal) => {
      stoppedBy = signal;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    const finish = (result) => {
      for (const signal of signals) process.off(signal, stop);
      if (stoppedBy === null) return resolve(result);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      process.kill(process.pid, stoppedBy);
    };
    child.on('error', (error) => finish({ ok: false, output: String(error) }));
    child.on('close', (code) => finish({ ok: code === 0, output }));
  });
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
