import { describe, expect, it } from 'vitest';
import { byteCount } from './output.ts';
import { Progress, paceOf } from './progress.ts';
import { recordShell } from './recorded-shell.ts';

describe('progress', () => {
  it('is shown on a terminal, to its end, and gone afterwards', () => {
    const shell = recordShell({ terminalColumns: 60 });
    {
      using progress = new Progress(shell, 2);
      progress.advance(1, 'one');
      progress.advance(1, 'two');
    }
    expect(shell.written.stderr).toContain('████████████████████████ 2/2 two');
    expect(shell.written.stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it('is not shown where nobody looks', () => {
    const shell = recordShell();
    using progress = new Progress(shell, 2);
    progress.advance(1, 'one');
    expect(shell.written.stderr).toBe('');
  });

  it('counts where nobody knows the end', () => {
    const shell = recordShell({ terminalColumns: 60 });
    using progress = new Progress(shell, null);
    progress.advance(1, '');
    expect(shell.written.stderr).toContain('\r\u001b[K0 ');
    expect(paceOf(100, null, 10_000)).toBe('10/s ');
  });

  it('writes what it counts in its unit', () => {
    const shell = recordShell({ terminalColumns: 60 });
    using progress = new Progress(shell, 2_500_000, byteCount);
    progress.advance(2_500_000, '');
    expect(shell.written.stderr).toContain(' 2.5 MB/2.5 MB ');
    expect(paceOf(20_000_000, 40_000_000, 10_000, byteCount)).toBe('2.0 MB/s, 10s left ');
  });

  it.each([
    [10, 100, 1_000, ''],
    [0, 100, 10_000, ''],
    [5, 100, 10_000, '0.5/s, 3m left '],
    [100, 1_000, 10_000, '10/s, 2m left '],
    [1_000, 1_500, 10_000, '100/s, 5s left '],
    [1_000, 10_000_000, 10_000, '100/s, 28h left '],
    [20, 10, 10_000, '2.0/s, 0s left '],
  ])('of %i of %i after %i ms tells "%s"', (done, total, elapsedMs, pace) => {
    expect(paceOf(done, total, elapsedMs)).toBe(pace);
  });
});
