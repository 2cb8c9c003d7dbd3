import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossedPairs, enteringPairs, type Pair, type Place, REACH } from './neighbours.ts';

const name = (n: number) => String(n).padStart(3, '0');

/** Pairs within reach of each other in a row. */
function within(row: readonly string[]): Set<string> {
  const pairs = row.flatMap((a, i) => row.slice(i + 1, i + 1 + REACH).map((b) => `${a},${b}`));
  return new Set(pairs);
}

function placeIn(staying: readonly string[], id: string): Place {
  const before = staying.filter((other) => other < id).slice(-REACH);
  const after = staying.filter((other) => other > id).slice(0, REACH);
  return { key: 1, id, before: before.reverse(), after };
}

const texts = (pairs: readonly Pair[]) => new Set(pairs.map((pair) => pair.join()));

describe('who stands within reach in the row of a key', () => {
  it('is told of all pairs that come or go, when some enter and some leave', () => {
    const role = fc.constantFrom('stays', 'stays', 'enters', 'leaves');
    fc.assert(
      fc.property(fc.array(role, { minLength: 1, maxLength: 40 }), (roles) => {
        const ids = (...wanted: string[]) => roles.flatMap((role, n) => (wanted.includes(role) ? [name(n)] : []));
        const staying = ids('stays');
        const entering = ids('enters').map((id) => placeIn(staying, id));
        const leaving = ids('leaves').map((id) => placeIn(staying, id));
        const before = within(ids('stays', 'leaves'));
        const after = within(ids('stays', 'enters'));

        const entered = new Set(ids('enters'));
        const withEntered = [...after].filter((pair) => pair.split(',').some((id) => entered.has(id)));
        expect(texts(enteringPairs(entering))).toEqual(new Set(withEntered));

        const crossed = new Set([...texts(crossedPairs(entering)), ...texts(crossedPairs(leaving))]);
        const stays = new Set(staying);
        const others = new Set([...before, ...after].filter((pair) => pair.split(',').every((id) => stays.has(id))));
        for (const pair of others) if (before.has(pair) !== after.has(pair)) expect(crossed).toContain(pair);
      }),
    );
  });

  it('is nothing of places in different rows', () => {
    const places = [1, 2].map((key): Place => ({ key, id: name(key), before: [], after: [] }));
    expect(enteringPairs(places)).toEqual([]);
  });
});
