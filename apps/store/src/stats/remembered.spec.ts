import { describe, expect, it } from 'vitest';
import { remembered } from './remembered.ts';

describe('an answer that is remembered', () => {
  it('is read once for all who ask while it is read, and for a while after it', async () => {
    let now = 0;
    let reads = 0;
    const came = Promise.withResolvers<void>();
    const ask = remembered(
      async () => {
        reads++;
        await came.promise;
        return reads;
      },
      1_000,
      () => now,
    );
    const asked = [ask(), ask()];
    now = 50; // slow, and yet one at a time
    asked.push(ask());
    came.resolve();
    expect(await Promise.all(asked)).toEqual([1, 1, 1]);
    now = 1_049;
    expect(await ask()).toBe(1);
    now = 1_050;
    expect(await ask()).toBe(2);
  });

  it('is kept for longer where it took long', async () => {
    let now = 0;
    const ask = remembered(
      async () => {
        now += 5_000;
        return now;
      },
      1_000,
      () => now,
    );
    expect(await ask()).toBe(5_000);
    now = 54_999;
    expect(await ask()).toBe(5_000);
    now = 55_000;
    expect(await ask()).toBe(60_000);
  });

  it('is read again after a failure', async () => {
    const answers = [Promise.reject(new Error('away')), Promise.resolve('here')];
    const ask = remembered(() => answers.shift()!, 1_000);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe('here');
  });
});
