import { describe, expect, it } from 'vitest';
import { instant, instantOrDay, timeSpan, wholeNumber } from './values.ts';

describe('instant', () => {
  it.each([
    ['2026-03-14', '2026-03-14T00:00:00.000Z'],
    ['2026-03-14T09:30', '2026-03-14T09:30:00.000Z'],
    ['2026-03-14 09:30:15', '2026-03-14T09:30:15.000Z'],
    ['2026-03-14T09:30:15.250Z', '2026-03-14T09:30:15.250Z'],
    ['2026-03-14T09:30:00+05:30', '2026-03-14T04:00:00.000Z'],
  ])('reads %s as %s, in UTC where no offset is said', (text, expected) => {
    expect(instant(text)).toBe(expected);
  });

  it.each(['yesterday', '14.03.2026', '2026-13-01', '2026-03-14T25:00', ''])('refuses %o', (text) => {
    expect(() => instant(text)).toThrow('Say a day (2026-03-14) or a time');
  });
});

describe('instantOrDay', () => {
  it('leaves a day a day and checks it', () => {
    expect(instantOrDay('2026-03-14')).toBe('2026-03-14');
    expect(instantOrDay('2026-03-14T09:30')).toBe('2026-03-14T09:30:00.000Z');
    expect(() => instantOrDay('2026-13-14')).toThrow('Say a day');
  });
});

describe('timeSpan', () => {
  it('reads a number with its unit', () => {
    expect(['30s', '15m', '1h', '7d'].map(timeSpan)).toEqual([30_000, 900_000, 3_600_000, 604_800_000]);
  });

  it.each(['15', 'm', '-1h', '1.5h', '1w'])('knows that %o is none', (text) => {
    expect(timeSpan(text)).toBeUndefined();
  });
});

describe('wholeNumber', () => {
  it('takes its bounds and nothing beyond', () => {
    const read = wholeNumber(1, 100);
    expect([read('1'), read('100')]).toEqual([1, 100]);
    for (const text of ['0', '101', '1.5', '1e2', '-1', '']) {
      expect(() => read(text)).toThrow('Say a whole number from 1 to 100.');
    }
  });
});
