import { describe, expect, it } from 'vitest';
import { runRecorded } from './recorded-shell.ts';

const COMMANDS = [
  'sources',
  'articles',
  'export',
  'tail',
  'status',
  'doctor',
  'backup',
  'restore',
  'parse',
  'extract',
  'feed',
];

describe('khabar', () => {
  it('prints its version', async () => {
    expect(await runRecorded(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it('names every command and the exit codes in its help', async () => {
    const { code, stdout, stderr } = await runRecorded(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    expect(stdout).toMatch(/2 {2}wrong usage/);
  });

  it.each(COMMANDS)('helps with %s, by example', async (command) => {
    const { code, stdout } = await runRecorded([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Examples?:\n {2}\$ /m);
  });

  it('prints its help, as wrong usage, when asked for nothing', async () => {
    expect(await runRecorded([])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage: khabar'),
    });
  });

  it('suggests the command that may have been meant', async () => {
    const { code, stderr } = await runRecorded(['artcles']);
    expect(code).toBe(2);
    expect(stderr).toContain("error: unknown command 'artcles'\n(Did you mean articles?)");
  });

  it.each([
    [['articles', '--limit', 'many'], 'Say a whole number from 1 to'],
    [['articles', '--from', 'yesterday'], 'Say a day (2026-03-14) or a time'],
    [['tail', 'news.changes.v1', '--from', 'start'], 'Say beginning, end, a time'],
    [['export', '--format', 'parquet'], 'Parquet needs a file: say --out FILE.'],
    [['feed'], "missing required argument 'file'"],
    [['doctor', 'now'], 'too many arguments'],
    [['parse', 'page.html', '--xml'], "unknown option '--xml'"],
  ])('calls %j wrong usage and says how it is meant', async (args, message) => {
    const { code, stdout, stderr } = await runRecorded(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
