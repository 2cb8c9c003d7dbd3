import { describe, expect, it } from 'vitest';
import { BackgroundWork, pauseAfterFailures } from './background-work.ts';

/** So long that a test would not end by it. */
const LONG_MS = 3_600_000;

describe('work in the background', () => {
  it('does not sleep through what it was rung for while it looked for something to do', async () => {
    const work = new BackgroundWork();
    const heard = work.rings;
    work.ring();
    await work.pause(LONG_MS, heard);
  });

  it('is woken in a pause, also several at once', async () => {
    const work = new BackgroundWork();
    const pauses = [work.pause(LONG_MS, work.rings), work.pause(LONG_MS, work.rings)];
    work.ring();
    await Promise.all(pauses);
  });

  it('is not woken in a pause that no ring shortens, but ends it when it is to stop', async () => {
    const work = new BackgroundWork();
    let isOver = false;
    work.start(async () => {
      await work.pause(LONG_MS);
      isOver = true;
    });
    work.ring();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await work.stop();
    expect(isOver).toBe(true);
    expect(work.isStopping).toBe(true);
  });

  it('pauses for longer after each failure, up to half a minute', () => {
    expect([1, 2, 3, 8, 9, 100].map(pauseAfterFailures)).toEqual([200, 400, 800, 25_600, 30_000, 30_000]);
  });
});
