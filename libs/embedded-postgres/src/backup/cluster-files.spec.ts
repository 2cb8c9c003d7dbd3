import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listCluster, segmentNames } from './cluster-files.ts';

describe('what of a cluster goes into a backup', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'khabar-cluster-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  async function fill(...paths: string[]): Promise<void> {
    for (const path of paths) {
      await mkdir(dirname(join(dataDir, 'postgres', path)), { recursive: true });
      await writeFile(join(dataDir, 'postgres', path), path);
    }
  }

  it('is its files, pg_control last, and all folders', async () => {
    await fill('global/pg_control', 'global/1262', 'base/1/1255_fsm', 'PG_VERSION');
    const { folders, files } = await listCluster(dataDir);
    expect(folders.toSorted()).toEqual(['postgres', 'postgres/base', 'postgres/base/1', 'postgres/global']);
    expect(folders.indexOf('postgres/base')).toBeLessThan(folders.indexOf('postgres/base/1'));
    expect(files.at(-1)).toEqual({ path: 'postgres/global/pg_control', bytes: 17 });
    expect(files.map(({ path }) => path).toSorted()).toEqual([
      'postgres/PG_VERSION',
      'postgres/base/1/1255_fsm',
      'postgres/global/1262',
      'postgres/global/pg_control',
    ]);
  });

  it('is nothing that belongs to the running server', async () => {
    await fill('postmaster.pid', 'postmaster.opts', 'pg_wal/000000010000000000000001', 'pg_replslot/one/state');
    await fill('base/1/pg_internal.init', 'base/1/t4_16391', 'base/pgsql_tmp/pgsql_tmp12.0', 'pg_subtrans/0000');
    await fill('.DS_Store');
    const { folders, files } = await listCluster(dataDir);
    expect(files).toEqual([]);
    expect(folders.toSorted()).toEqual(
      ['', '/base', '/base/1', '/pg_replslot', '/pg_subtrans', '/pg_wal'].map((path) => `postgres${path}`),
    );
  });

  it('is refused where a part of it is elsewhere', async () => {
    await fill('PG_VERSION');
    await mkdir(join(dataDir, 'postgres/pg_tblspc'));
    await symlink('/elsewhere', join(dataDir, 'postgres/pg_tblspc/16400'));
    await expect(listCluster(dataDir)).rejects.toMatchObject({ code: 'backup-unsupported' });
  });
});

describe('the segments of the log', () => {
  const MB = 1024 * 1024;

  it('are counted over the end of their lower half', () => {
    expect(segmentNames('0000000200000001000000FE', '000000020000000200000001', 16 * MB)).toEqual([
      '0000000200000001000000FE',
      '0000000200000001000000FF',
      '000000020000000200000000',
      '000000020000000200000001',
    ]);
    expect(segmentNames('000000010000000000000003', '000000010000000100000000', 1024 * MB)).toHaveLength(2);
  });

  it('may be one', () => {
    const name = '000000010000000000000003';
    expect(segmentNames(name, name, 16 * MB)).toEqual([name]);
  });
});
