import { describe, expect, it } from 'vitest';
import { eventually, startProcess } from '@khabar/testing';
import { isRunning } from './process-state.ts';

describe('a process', { timeout: 60_000 }, () => {
  it('runs until it has ended', async () => {
    const child = await startProcess('sleep', ['1000']);
    expect(isRunning(child.pid)).toBe(true);
    await child.kill();
    expect(isRunning(child.pid)).toBe(false);
  });

  it('has ended although its parent never takes note', async () => {
    // the shell becomes a sleep, which knows nothing of the child that the shell started
    await using parent = await startProcess('/bin/sh', ['-c', 'true & echo $!; exec sleep 1000']);
    const [pid] = await parent.waitForLine(/^\d+$/);
    await eventually(() => !isRunning(Number(pid)));
  });
});
