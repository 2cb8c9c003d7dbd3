#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWhereStale } from './prepare/build.mjs';
import { assertNode, install, isInstalled } from './prepare/install.mjs';
import { Progress } from './prepare/progress.mjs';
import { Failure } from './prepare/run.mjs';

/** The oldest Node that this step, npm and the launcher run on; Khabar itself runs on the one that npm brings. */
const OLDEST_NODE_MAJOR = 20;

/** The workspace's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Makes the workspace ready to run: installs what is missing and builds what is stale. Says nothing where nothing is to do.
 * It depends on no package and runs on every Node from 20 on, for it is what comes before all else.
 *
 * @param {{ quiet?: boolean }} [options]
 * @returns {Promise<boolean>} false when it failed, after it said why on stderr
 */
export async function prepare({ quiet = false } = {}) {
  const progress = new Progress({ quiet });
  try {
    if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE_MAJOR) {
      throw new Failure(
        `Khabar needs Node ${OLDEST_NODE_MAJOR} or newer, and this is ${process.versions.node} (https://nodejs.org).`,
      );
    }
    if (!isInstalled(root)) await install(root, progress);
    assertNode(root);
    await buildWhereStale(root, progress);
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = (await prepare()) ? 0 : 1;
}
