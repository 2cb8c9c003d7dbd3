import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('asks until the answer is truthy and returns it', async () => {
    const answers = [undefined, null, false, 0, '', 'there'];
    expect(await eventually(() => answers.shift(), { intervalMs: 1 })).toBe('there');
    expect(answers).toEqual([]);
  });

  it('asks again after a check that threw', async () => {
    let attempts = 0;
    const check = () => {
      attempts += 1;
      expect(attempts).toBe(3);
      return true;
    };
    await expect(eventually(check, { intervalMs: 1 })).resolves.toBe(true);
  });

  it('fails with the last error as its message and cause', async () => {
    const failure = new Error('no row yet');
    const check = () => Promise.reject(failure);
    await expect(eventually(check, { timeoutMs: 5, intervalMs: 1 })).rejects.toMatchObject({
      message: 'Not within 5 ms: no row yet',
      cause: failure,
    });
  });

  it('says how to mend a check that returns nothing', async () => {
    const check = () => undefined;
    await expect(eventually(check, { timeoutMs: 0 })).rejects.toThrow('must return true');
  });

  it('asks at least once, however short the time', async () => {
    await expect(eventually(() => 7, { timeoutMs: 0 })).resolves.toBe(7);
  });
});
