import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceEnvironment } from './install.mjs';
import { Failure, lastLines, run } from './run.mjs';

/** What the bundles are made of: our own sources and what says how; npm packages stay outside of them. */
const SOURCES = [
  'apps',
  'libs',
  'tools',
  'bench',
  'e2e/chaos',
  'package-lock.json',
  'rolldown.config.mjs',
  'tsconfig.base.json',
];
const NOT_BUNDLED = /\.(?:spec|contract)\.ts$/;

/**
 * Builds dist/ when a source changed since it was built, by name, size and time of each.
 *
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @throws {Failure}
 */
export async function buildWhereStale(root, progress) {
  const stamp = join(root, 'dist', '.built');
  const sources = fingerprint(root);
  if (readStamp(stamp) === sources) return;
  const rolldown = join(root, 'node_modules', '.bin', 'rolldown');
  const { ok, output } = await progress.during('Building', () =>
    run(rolldown, ['-c'], { cwd: root, env: workspaceEnvironment(root) }),
  );
  if (!ok) throw new Failure(`The build failed.\n${lastLines(output, 30)}`);
  try {
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(stamp, sources);
  } catch (cause) {
    throw new Failure(`${stamp} cannot be written: ${cause.message}`, { cause });
  }
}

function readStamp(stamp) {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return null;
  }
}

function fingerprint(root) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stats?.isDirectory()) {
      hash.update(`${path}\0${stats?.size}\0${stats?.mtimeMs}\0`);
      return;
    }
    for (const name of readdirSync(join(root, path)).sort()) {
      if (name !== 'fixtures' && !NOT_BUNDLED.test(name)) visit(join(path, name));
    }
  };
  for (const source of SOURCES) visit(source);
  return hash.digest('hex');
}
