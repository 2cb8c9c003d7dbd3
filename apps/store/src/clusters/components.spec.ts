import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Components } from './components.ts';
import type { Pair } from './neighbours.ts';

const aThing = fc.constantFrom(...'abcdefghij');

describe('components', () => {
  it('are named by their smallest member, whatever the order of the links', () => {
    const somePairs = fc.array(fc.tuple(aThing, aThing), { maxLength: 12 });
    const twice = somePairs.chain((pairs) =>
      fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
    );
    fc.assert(
      fc.property(twice, ([one, other]) => {
        const [a, b] = [one, other].map((pairs: Pair[]) => {
          const components = new Components();
          for (const pair of pairs) components.join(pair);
          return components;
        });
        for (const [name, members] of a!.groups) {
          expect(name).toBe(members.toSorted()[0]);
          expect(new Set(b!.groups.get(name))).toEqual(new Set(members));
        }
        for (const [x, y] of one) expect(a!.nameOf(x)).toBe(a!.nameOf(y));
      }),
    );
  });

  it('are one thing each without links', () => {
    const components = new Components();
    components.add('b');
    components.add('a');
    expect([...components.groups]).toEqual([
      ['b', ['b']],
      ['a', ['a']],
    ]);
  });
});
