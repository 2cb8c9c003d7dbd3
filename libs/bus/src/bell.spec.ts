import { describe, expect, it } from 'vitest';
import { Bell } from './bell.ts';

describe('a bell', () => {
  it('wakes the one that waits', async () => {
    const bell = new Bell();
    const waiting = bell.wait();
    bell.ring();
    await expect(waiting).resolves.toBe(undefined);
  });

  it('keeps rings while nobody waits, as one', async () => {
    const bell = new Bell();
    bell.ring();
    bell.ring();
    await bell.wait();
    let woken = false;
    const waiting = bell.wait().then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    bell.ring();
    await waiting;
  });

  it('ends a wait after its time', async () => {
    await expect(new Bell().wait(1)).resolves.toBe(undefined);
  });
});
