import { describe, expect, it } from 'vitest';
import { retentionLimits, SOURCE_DAYS } from './limits.ts';

const NOW = new Date('2026-03-31T12:00:00.000Z');
const [A, B] = ['00000000-0000-5000-8000-00000000000a', '00000000-0000-5000-8000-00000000000b'];
const limits = (days: number, ...bySource: string[]) =>
  retentionLimits({ STORE_RETENTION_DAYS: days, STORE_RETENTION_BY_SOURCE: bySource }, NOW);

describe('the limits of retention', () => {
  it('are none where everything is kept for ever', () => {
    expect(limits(0)).toBeNull();
    expect(limits(0, `${A}=0`)).toBeNull();
  });

  it('are so many days ago, for some sources others, and for some never', () => {
    expect(limits(30, `${A.toUpperCase()}=1`, `${B}=0`)).toEqual({
      before: '2026-03-01T12:00:00.000Z',
      sources: [A, B],
      beforeOfSource: ['2026-03-30T12:00:00.000Z', '-infinity'],
    });
    expect(limits(0, `${A}=1`)).toMatchObject({ before: '-infinity' });
  });

  it('are what is said last of a source', () => {
    expect(limits(0, `${A}=5`, `${A}=1`)).toMatchObject({ beforeOfSource: ['2026-03-30T12:00:00.000Z'] });
  });

  it.each([`${A}`, `${A}=`, `${A}=x`, `a=3`, `${A}=-1`])('are not said by %s', (text) => {
    expect(SOURCE_DAYS.test(text)).toBe(false);
  });
});
