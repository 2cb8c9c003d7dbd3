import { seededRandom } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import { FAULTS, planFaults } from './plan.ts';

const plan = (count: number, seed: number) => planFaults(count, seededRandom(seed));

describe('the plan of the faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(50, 7)).toEqual(plan(50, 7));
    expect(plan(50, 7)).not.toEqual(plan(50, 8));
  });

  it.each([1, 16, 50])('has %d faults when so many are wanted', (count) => {
    expect(plan(count, 1)).toHaveLength(count);
  });

  it('has every kind and target in every 50 faults, but for the frozen, who take turns', () => {
    const found = new Set(plan(50, 3).map(({ kind, target }) => `${kind} ${target}`));
    for (const [kind, targets] of Object.entries(FAULTS)) {
      for (const target of kind === 'frozen' ? targets.slice(0, 3) : targets)
        expect(found).toContain(`${kind} ${target}`);
    }
  });
});
