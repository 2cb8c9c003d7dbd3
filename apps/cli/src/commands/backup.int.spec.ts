import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@khabar/embedded-postgres';
import { endWithTests } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordShell, runRecorded } from '../recorded-shell.ts';
import { runCli } from '../program.ts';

describe('khabar backup and khabar restore', () => {
  let cwd: string;
  let file: string;
  let postgres: EmbeddedPostgres;
  let release: () => void;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'khabar-cli-backup-'));
    await chmod(cwd, 0o755); // started by root, Postgres runs as another user, who must get in
    const dataDir = join(cwd, 'data');
    postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, log: () => undefined });
    release = endWithTests(postgres.pid, cwd);
  });
  afterAll(async () => {
    await postgres.stop();
    release();
    await rm(cwd, { recursive: true, force: true });
  });

  it('make a file of what runs in the data folder, named by the time, with a bar, and tell what is in it', async () => {
    const shell = recordShell({ cwd, terminalColumns: 120 });
    expect(await runCli(['backup'], shell)).toBe(0);
    file = (await readdir(cwd)).find((name) => /^khabar-\d{8}T\d{6}Z\.khb$/.test(name))!;
    expect(shell.written.stdout).toMatch(
      /\/khabar-\w+\.khb: [\d,]+ files, \d+\.\d MB, as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, in \d+\.\d MB\n$/,
    );
    expect(shell.written.stderr).toMatch(/█+ \d+\.\d MB\/\d+\.\d MB/);
    const { code, stdout } = await runRecorded(['backup', 'verify', file], { cwd });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/\/khabar-\w+\.khb is whole: .+, by Khabar \d+\.\d+\.\d+ with Postgres 18\n$/),
    });
  });

  it('write over no other file', async () => {
    const { code, stderr } = await runRecorded(['backup', file], { cwd });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: ${join(cwd, file)} is there already: move it away, or name another file\n`,
    });
  });

  it('put it into another data folder, and say what is left to do', async () => {
    const env = { KHABAR_DATA: 'elsewhere', KAFKA_BROKERS: 'kafka:9092' };
    const first = await runRecorded(['restore', file], { cwd, env });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^restored in .+\/elsewhere, as of .+Z\nKafka is ahead of it: .+\nStart Khabar, then erase/,
    );
    const again = await runRecorded(['restore', file, '--data', 'elsewhere'], { cwd });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace, which moves it aside') });
    const { ino } = await stat(join(cwd, 'elsewhere/postgres'));
    const replaced = await runRecorded(['restore', file, '--data', 'elsewhere', '--replace'], { cwd });
    expect(replaced.stdout).toMatch(
      /\nThe database that was there is in .+\/elsewhere\/before-restore-.+\nStart Khabar,/,
    );
    const aside = (await readdir(join(cwd, 'elsewhere'))).find((name) => /^before-restore-\d{8}T\d{6}Z$/.test(name))!;
    expect((await stat(join(cwd, 'elsewhere', aside, 'postgres'))).ino).toBe(ino);
    expect((await readdir(join(cwd, 'elsewhere'))).sort()).toEqual([aside, 'password', 'postgres']);
    expect((await readdir(join(cwd, 'elsewhere', aside))).sort()).toEqual(['password', 'postgres']);
  });

  it('refuse what they cannot do, and say what to do', async () => {
    const refusal = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
      const { code, stdout, stderr } = await runRecorded(args, { cwd, env });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      return stderr;
    };
    const ofOwn = { DATABASE_URL: 'postgres://db/khabar' };
    expect(await refusal(['backup', 'x.khb'], ofOwn)).toContain('use pg_dump and pg_restore');
    expect(await refusal(['restore', file], ofOwn)).toContain('use pg_dump and pg_restore');
    expect(await refusal(['backup', 'x.khb', '--data', 'elsewhere'])).toContain('npm start -- --database');
    expect(await refusal(['backup', 'x.khb', '--data', 'nothing'])).toContain('has no database to back up');
    expect(await refusal(['restore', file, '--replace'])).toContain('Khabar runs on the data');
    await writeFile(join(cwd, 'notes.khb'), 'notes');
    expect(await refusal(['backup', 'verify', 'notes.khb'])).toContain('is not a backup that khabar backup made');
    expect(await refusal(['restore', 'gone.khb', '--data', 'nothing'])).toContain('Cannot read');
  });

  it('end when they are told to, and leave nothing', async () => {
    const before = await readdir(cwd);
    const shell = recordShell({ cwd });
    shell.stop('interrupted');
    expect(await runCli(['backup', 'half.khb'], shell)).toBe(130);
    expect(await readdir(cwd)).toEqual(before);
  });
});
