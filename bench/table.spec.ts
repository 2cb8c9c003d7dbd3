import { describe, expect, it } from 'vitest';
import { type Bench, BenchRun, median, runBench } from './bench.ts';
import { figure, resultTable } from './table.ts';

const bench: Bench = {
  name: 'sample',
  about: 'two rows',
  rows: [
    {
      what: 'quick',
      unit: 'events/s',
      peer: 'a peer',
      target: 'at least 0.9',
      ok: ({ value, peer }) => value / peer! >= 0.9,
      measure: async () => ({ value: 12_345, peer: 10_000 }),
    },
    {
      what: 'broken',
      unit: 's',
      peer: 'limit',
      target: '3 s or less',
      ok: () => true,
      measure: async () => {
        throw new Error('no clock on this machine');
      },
    },
  ],
};

async function results() {
  await using run = new BenchRun(new AbortController().signal, () => undefined);
  return await runBench(bench, run);
}

describe('a benchmark', () => {
  it('has a row for what could not be measured, which is not ok and says why', async () => {
    expect(await results()).toEqual([
      { what: 'quick', value: 12_345, peer: 10_000, ratio: 1.2345, target: 'at least 0.9', ok: true },
      {
        what: 'broken',
        value: null,
        peer: null,
        ratio: null,
        target: '3 s or less',
        ok: false,
        why: 'no clock on this machine',
      },
    ]);
  });

  it('is a table that names unit, peer, ratio, target and what is missing', async () => {
    const lines = resultTable(bench, await results()).split('\n');
    expect(lines[2]).toBe('quick   12,345 events/s  10,000 events/s (a peer)  1.23   at least 0.9  yes');
    expect(lines[3]).toBe('broken  not measured     limit                            3 s or less   no');
    expect(lines[4]).toBe('broken: no clock on this machine');
  });

  it('ends what was begun for it, the last first, once each', async () => {
    const ended: string[] = [];
    const thing = (name: string) => ({ [Symbol.asyncDispose]: async () => void ended.push(name) });
    {
      await using run = new BenchRun(new AbortController().signal, () => undefined);
      await run.once('broker', async () => thing('broker'));
      await run.once('broker', async () => thing('a second broker'));
      run.ends(thing('client'));
    }
    expect(ended).toEqual(['client', 'broker']);
  });
});

describe('a figure', () => {
  it.each([
    [0.123, '0.12'],
    [12.34, '12.3'],
    [5000, '5,000'],
  ])('of %d is %s', (value, text) => expect(figure(value)).toBe(text));
});

describe('the median', () => {
  it('is the middle one, or the lower of two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2);
  });
});
