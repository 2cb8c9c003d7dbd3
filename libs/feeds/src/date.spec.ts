import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDate } from './date.ts';

describe('readDate', () => {
  it.each([
    // RFC 3339 and its relatives
    ['2026-03-14T07:15:00+05:30', '2026-03-14T07:15:00+05:30'],
    ['2026-03-14T07:15:00Z', '2026-03-14T07:15:00Z'],
    ['2026-03-14t07:15:00.5z', '2026-03-14T07:15:00.500Z'],
    ['2026-03-14T07:15:00.123456-0330', '2026-03-14T07:15:00.123-03:30'],
    ['2026-03-14T07:15+09', '2026-03-14T07:15:00+09:00'],
    ['2026-03-14 07:15:00 +0530', '2026-03-14T07:15:00+05:30'],
    ['20260314T071500Z', '2026-03-14T07:15:00Z'],
    ['2026-03-14', '2026-03-14'],
    ['20260314', '2026-03-14'],
    ['2026-06-30T23:59:60Z', '2026-06-30T23:59:59Z'],
    // RFC 822, 2822, 5322, 850
    ['Sat, 14 Mar 2026 07:15:00 +0530', '2026-03-14T07:15:00+05:30'],
    ['Sat, 14 Mar 2026 07:15:00 GMT', '2026-03-14T07:15:00Z'],
    ['Sat,14 Mar 2026 07:15 EST', '2026-03-14T07:15:00-05:00'],
    ['14 Mar 26 7:15 UT', '2026-03-14T07:15:00Z'],
    ['14 Mar 98 07:15:00 PDT', '1998-03-14T07:15:00-07:00'],
    ['Saturday, 14-Mar-26 07:15:00 GMT', '2026-03-14T07:15:00Z'],
    ['Sat, 14 March 2026 07:15:00 GMT+0530', '2026-03-14T07:15:00+05:30'],
    ['Sat, 14 Mar 2026 07:15:00 +0000 (UTC)', '2026-03-14T07:15:00+00:00'],
    ['sam., 14 mar 2026 07:15:00 CET', '2026-03-14T07:15:00+01:00'],
    ['Sat, 14 Mar 2026', '2026-03-14'],
    // what else is about
    ['Sat Mar 14 07:15:00 2026', '2026-03-14T07:15:00-00:00'],
    ['Sat Mar 14 07:15:00 IST 2026', '2026-03-14T07:15:00+05:30'],
    ['March 14, 2026 7:15 PM EST', '2026-03-14T19:15:00-05:00'],
    ['Mar 14, 2026', '2026-03-14'],
    ['March 14, 2026 12:05 a.m.', '2026-03-14T00:05:00-00:00'],
    ['  2026-03-14T07:15:00Z\n', '2026-03-14T07:15:00Z'],
  ])('reads %j as %s', (found, expected) => {
    expect(readDate(found)).toBe(expected);
  });

  it.each(['2026-03-14T07:15:00', 'Sat, 14 Mar 2026 07:15:00', 'Sat, 14 Mar 2026 07:15:00 QQT'])(
    'gives %j, whose zone nobody knows, the offset that says so',
    (found) => {
      expect(readDate(found)).toBe('2026-03-14T07:15:00-00:00');
    },
  );

  it.each([
    '',
    'yesterday',
    '03/04/2026',
    '2026-02-30',
    '2026-13-01T00:00:00Z',
    '2026-03-14T25:00:00Z',
    'Sat, 32 Mar 2026 07:15:00 GMT',
    '14 Foo 2026',
    '0000-00-00 00:00:00',
    '1773472500',
    'March 14, 2026 13:05 PM',
  ])('makes no date of %j', (found) => {
    expect(readDate(found)).toBeNull();
  });

  it('reads back what it writes', () => {
    const valid = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(valid, (date) => {
        const iso = date.toISOString();
        expect(new Date(readDate(iso)!).getTime()).toBe(date.getTime());
        expect(readDate(readDate(iso)!)).toBe(readDate(iso));
        expect(new Date(readDate(date.toUTCString())!).getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
    );
  });

  it('gives null or a date that RFC 3339 allows, of any text', () => {
    fc.assert(
      fc.property(fc.string(), (found) => {
        const date = readDate(found);
        if (date !== null) expect(new Date(date).getTime()).not.toBeNaN();
      }),
    );
  });
});
