import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { Failure, lastLines, run } from './run.mjs';

/** The version that Khabar is built for; where npm cannot bring it, the machine's own has to be as new. */
const NODE_MAJOR = 24;

/** Retries within half a minute: without a registry a person wants to hear it soon. */
const NPM_CI = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--fetch-retries=3',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=10000',
];

/**
 * @param {string} root
 * @returns {NodeJS.ProcessEnv} with the workspace's programs, and so its Node, first in PATH
 */
export function workspaceEnvironment(root) {
  return { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter) };
}

/**
 * Whether node_modules is what the lock file says. npm notes in it what it installed, as its last act, so an install that was
 * broken off has no note, and one that was made by hand needs no other.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  const note = readLock(noteOf(root));
  if (note === null) return false;
  const locked = readLock(join(root, 'package-lock.json'));
  if (locked === null) throw new Failure(`${join(root, 'package-lock.json')} is missing or broken: git restore it.`);
  // From another machine: npm installs no package that is made for another system.
  if (Object.values(note).some((entry) => !isFor(entry.os, process.platform) || !isFor(entry.cpu, process.arch))) {
    return false;
  }
  return Object.entries(locked).every(([path, entry]) => {
    const installed = note[path];
    return path === '' || (installed === undefined ? entry.optional === true : installed.version === entry.version);
  });
}

function noteOf(root) {
  return join(root, 'node_modules', '.package-lock.json');
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function isFor(systems, ours) {
  if (systems === undefined) return true;
  const names = [systems].flat();
  if (names.includes(`!${ours}`)) return false;
  const wanted = names.filter((name) => !name.startsWith('!'));
  return wanted.length === 0 || wanted.includes(ours) || wanted.includes('any');
}

/**
 * Installs what the lock file names, by the npm that runs us.
 *
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @throws {Failure}
 */
export async function install(root, progress) {
  // npm tries for minutes before it gives up on a full disk.
  if (!existsSync(join(root, 'node_modules')) && freeMegabytes(root) < 600) throw new Failure(noSpace(root));
  const startedAt = Date.now();
  const [program, ...args] = npm();
  const { ok, output } = await progress.during('Installing what is missing (a minute or two the first time)', () =>
    run(program, [...args, ...NPM_CI], { cwd: root, env: process.env }),
  );
  if (!ok) throw new Failure(explain(output, root));
  assertNothingLeftOut(root);
  forgetForeignNode(root);
  progress.say(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

// npm is content when an optional package fails to install, with a full disk for one; those for this very system we need.
function assertNothingLeftOut(root) {
  const note = readLock(noteOf(root)) ?? {};
  const libc = process.report?.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  const leftOut = Object.entries(readLock(join(root, 'package-lock.json')) ?? {})
    .filter(([path, entry]) => entry.optional === true && entry.os !== undefined && note[path] === undefined)
    .filter(
      ([, { os, cpu, libc: built }]) => isFor(os, process.platform) && isFor(cpu, process.arch) && isFor(built, libc),
    )
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  if (leftOut.length === 0) return;
  rmSync(noteOf(root), { force: true }); // so that the next start tries again
  throw new Failure(
    freeMegabytes(root) < 100
      ? noSpace(root)
      : `npm left out ${leftOut.join(', ')}, without which Khabar does not run on this system. Try again; npm config get omit should print nothing.`,
  );
}

/** npm, and the Node that runs it: ours is in the folder that npm is about to replace. */
function npm() {
  const cli = process.env.npm_execpath ?? '';
  if (/^np[mx]-cli\.c?js$/.test(basename(cli))) {
    return [process.env.npm_node_execpath ?? process.execPath, join(dirname(cli), 'npm-cli.js')];
  }
  return ['npm'];
}

// On a system without glibc (Alpine) the Node that npm brought cannot run, and in PATH it would hide the one that can.
function forgetForeignNode(root) {
  const node = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(node)) return;
  try {
    execFileSync(node, ['--version'], { stdio: 'ignore' });
  } catch {
    rmSync(node);
  }
}

/**
 * @param {string} root
 * @throws {Failure} where neither npm brought a Node nor the machine's own is new enough
 */
export function assertNode(root) {
  const ours = Number(process.versions.node.split('.')[0]);
  if (ours >= NODE_MAJOR || existsSync(join(root, 'node_modules', '.bin', 'node'))) return;
  throw new Failure(
    `Khabar runs on Node ${NODE_MAJOR}, which npm cannot bring to this system (${process.platform}, ${process.arch}), and this is Node ${process.versions.node}.\n` +
      `Install Node ${NODE_MAJOR} or newer (https://nodejs.org) and try again.`,
  );
}

function explain(output, root) {
  if (/ENOSPC|no space left/i.test(output)) return noSpace(root);
  const said = `\nnpm said:\n${errorLines(output)}`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED/.test(output)) {
    return `The package registry does not answer. Check the network and the address (npm config get registry; behind a proxy: npm config set proxy).${said}`;
  }
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return `A file cannot be written. Khabar installs its packages into ${join(root, 'node_modules')}: the user who starts it must own that folder and npm's cache (npm config get cache).${said}`;
  }
  if (/EUSAGE/.test(output)) {
    return 'package.json and package-lock.json do not agree: restore both (git restore package.json package-lock.json) or, if you changed dependencies, run npm install.';
  }
  if (/spawn npm ENOENT/.test(output)) return 'npm is not in PATH; it comes with Node (https://nodejs.org).';
  return `The packages could not be installed.${said}`;
}

function freeMegabytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / (1024 * 1024);
}

function noSpace(root) {
  return `No space is left on the disk. The packages take about 700 MB in ${root} and 300 MB in npm's cache (npm config get cache).`;
}

// What went wrong stands before the stack; behind it come general advice and the name of a log.
function errorLines(output) {
  const lines = output.split(/\r?\n/).flatMap((line) => /^npm (?:error|ERR!) (.*)/.exec(line)?.[1] ?? []);
  const stack = lines.findIndex((line) => line.startsWith('    at '));
  const errors = (stack === -1 ? lines : lines.slice(0, stack)).slice(0, 6);
  return errors.length > 0 ? lastLines(errors.join('\n'), 6) : lastLines(output, 8);
}
