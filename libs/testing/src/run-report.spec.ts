import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProcess } from './process.ts';

const workspace = join(import.meta.dirname, '../../..');

/** Runs the fixture's own tests, which pass, fail, are skipped and break, and returns what was printed last. */
async function run(environment: Record<string, string>, ...filters: string[]): Promise<string> {
  const config = join(import.meta.dirname, '../fixtures/a-run-with-every-outcome/vitest.config.ts');
  const vitest = join(workspace, 'node_modules/vitest/vitest.mjs');
  const child = await startProcess(process.execPath, [vitest, 'run', '--config', config, ...filters], {
    env: { ...process.env, CI: '', ...environment },
  });
  await child.ended;
  return child.stdout;
}

describe('the end of a run', { timeout: 60_000 }, () => {
  it('names what was skipped with the reason, and then counts alone on the last line', async () => {
    expect(await run({})).toBe(
      [
        'Skipped:',
        '  kafka.case.ts > the Kafka driver (no Kafka: the command java is missing)',
        '  outcomes.case.ts > will come (still to be written)',
        '  outcomes.case.ts > asks for something that is not there (no unshare here)',
        '  outcomes.case.ts > a suite > is skipped in part (marked as skipped)',
        '  outcomes.case.ts > a suite whose hook fails (a hook of its suite failed)',
        '',
        '3 passed, 3 failed, 6 skipped',
        '',
      ].join('\n'),
    );
  });

  it('counts a suite that lacks its Kafka as failed where CI=true', async () => {
    expect(await run({ CI: 'true' }, 'kafka.case')).toBe('0 passed, 1 failed, 0 skipped\n');
  });

  it('never says that nothing failed when the run itself did', async () => {
    expect(await run({}, 'no-such-file')).toMatch(/^0 passed, 1 failed, 0 skipped$/m);
  });

  it('does not name what a name pattern left out', async () => {
    expect(await run({}, 'outcomes.case', '-t', 'passes too')).toBe('1 passed, 0 failed, 7 skipped\n');
  });
});
