import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangeWindow } from './change-window.ts';
import type { StreamedChange } from './read-changes.ts';

const change = (number: number): StreamedChange => ({ number, kind: 'created', sources: [], data: '' });
const numbers = (changes: readonly StreamedChange[] | null) => changes && changes.map(({ number }) => number);

describe('the window of the newest changes', () => {
  it('knows what came since it was opened, and nothing before', () => {
    const window = new ChangeWindow(10, 7);
    expect(window.read(7, 5)).toEqual([]);
    expect(window.read(6, 5)).toBeNull();
    window.add([change(9), change(10)]);
    expect(numbers(window.read(7, 5))).toEqual([9, 10]);
    expect(numbers(window.read(7, 1))).toEqual([9]);
    expect(numbers(window.read(8, 5))).toEqual([9, 10]);
    expect(numbers(window.read(10, 5))).toEqual([]);
    expect(window.newest).toBe(10);
  });

  it('shows a reader everything behind its place or says that it cannot', () => {
    const rising = fc
      .uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 60 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(rising, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 }), (all, size, step) => {
        const window = new ChangeWindow(size, 0);
        for (let at = 0; at < all.length; at += step) window.add(all.slice(at, at + step).map(change));
        for (let after = 0; after <= 200; after++) {
          const shown = numbers(window.read(after, Infinity));
          const due = all.filter((number) => number > after);
          if (shown === null) expect(due.length).toBeGreaterThan(0);
          else expect(shown).toEqual(due);
          if (due.length <= Math.min(size, all.length) && due.length < all.length) expect(shown).not.toBeNull();
        }
      }),
    );
  });
});
