import { describe, expect, it } from 'vitest';
import { BenchRun } from './bench.ts';
import { inTurn } from './in-turn.ts';

describe('measuring in turn', () => {
  it('compares what was measured at one time, whatever becomes of the machine, and leaves the first round out', async () => {
    await using run = new BenchRun(new AbortController().signal, () => undefined);
    const ours = [1, 90, 80, 30, 20, 10];
    const peers = [1, 100, 100, 50, 20, 10];
    const measured = await inTurn(
      run,
      5,
      async (round) => ours[round]!,
      async (round) => peers[round]!,
    );
    expect(measured).toEqual({ value: 30, peer: 50, ratio: 0.9 });
  });
});
