import { describe, expect, it } from 'vitest';
import { NewestFetches } from './newest.ts';

const raw = (name: string, minute: number) => ({
  id: `00000000-0000-5000-8000-00000000000${name}`,
  fetchedAt: `2026-03-14T09:0${minute}:00.000Z`,
});

describe('the newest fetches', () => {
  it('are met once each, whatever order they come in, and told from older ones and repetitions', () => {
    const events = [raw('a', 2), raw('a', 1), raw('b', 1), raw('a', 2), raw('b', 3), raw('b', 2), raw('b', 3)];
    const newest = new NewestFetches();
    for (const event of events) newest.add(event);
    expect(newest.size).toBe(2);
    expect(events.map((event) => newest.meet(event))).toEqual([
      'newest',
      'older',
      'older',
      'repeated',
      'newest',
      'older',
      'repeated',
    ]);
  });

  it('are not of what was not told of', () => {
    expect(new NewestFetches().meet(raw('a', 1))).toBe('older');
  });

  it('are refused where they would take too much memory', () => {
    const newest = new NewestFetches(2);
    for (const event of [raw('a', 1), raw('b', 1), raw('a', 2)]) newest.add(event);
    expect(() => newest.add(raw('c', 1))).toThrow(expect.objectContaining({ code: 'too-many-raw-articles' }));
  });
});
