import { describe, expect, it } from 'vitest';
import { dayOf, parseMachineDate, solarHijriDay } from './dates.ts';
import { parseDate } from './parse-date.ts';

describe('parseMachineDate', () => {
  it.each([
    ['2026-03-14T12:46:00+05:30', '2026-03-14T07:16:00.000Z', '+05:30'],
    ['2026-03-14T12:46:00+0530', '2026-03-14T07:16:00.000Z', '+05:30'],
    ['2026-03-14T07:16Z', '2026-03-14T07:16:00.000Z', '+00:00'],
    ['2026-03-14 07:16:00.1234 UTC', '2026-03-14T07:16:00.123Z', '+00:00'],
    ['2026-12-31T23:59:60Z', '2026-12-31T23:59:59.000Z', '+00:00'],
  ])('reads %s', (text, at, offset) => {
    expect(parseMachineDate(text)).toEqual({ at, offset, precision: 'instant' });
  });

  it.each(['2026-03-14', '2026-03-14T12:46:00', '2026-03-14T12:46:00-00:00'])(
    'takes only the day of %s, which has no offset',
    (text) => {
      expect(parseMachineDate(text)).toEqual({ at: '2026-03-14T00:00:00.000Z', offset: null, precision: 'day' });
    },
  );

  it.each(['2026-02-30', '2026-13-01T00:00:00Z', '0000-01-01', 'today', ''])('reads no date in %j', (text) => {
    expect(parseMachineDate(text)).toBeNull();
  });
});

describe('solarHijriDay', () => {
  it('agrees with the calendar of ICU', () => {
    const persian = new Intl.DateTimeFormat('en-u-ca-persian', {
      timeZone: 'UTC',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
    for (let time = Date.UTC(1925, 0, 1); time < Date.UTC(2100, 0, 1); time += 41 * 86_400_000) {
      const part = new Map(persian.formatToParts(time).map(({ type, value }) => [type, Number.parseInt(value, 10)]));
      const { year, month, dayOfMonth } = solarHijriDay(part.get('year')!, part.get('month')!, part.get('day')!)!;
      expect(Date.UTC(year, month - 1, dayOfMonth)).toBe(time);
    }
  });

  it('has no 31st in the second half of the year', () => {
    expect(solarHijriDay(1404, 7, 31)).toBeNull();
  });
});

describe('dayOf', () => {
  it('knows no day that is not', () => {
    expect(dayOf(2026, 2, 29)).toBeNull();
    expect(dayOf(2028, 2, 29)?.at).toBe('2028-02-29T00:00:00.000Z');
  });
});

describe('parseDate', () => {
  const parse = (text: string) => parseDate(text, 'en', '2026-03-14T09:30:00.000Z');

  it('reads a date however it is written', () => {
    expect(parse('2026-03-12T10:00:00Z')?.precision).toBe('instant');
    expect(parse('Thu, 12 Mar 2026 10:00:00 GMT')?.at).toBe('2026-03-12T10:00:00.000Z');
    expect(parse('12 March 2026')?.precision).toBe('day');
    expect(parse('2 hours ago')?.precision).toBe('guessed');
  });

  it('takes no sentence for a date', () => {
    expect(parse('The council voted on 12 March 2026 to turn the old depot into a market')).toBeNull();
  });
});
