import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWordedDate } from './worded-dates.ts';

describe('parseWordedDate', () => {
  it.each([
    ['12 March 2026', '2026-03-12'],
    ['12th Mar 2026', '2026-03-12'],
    ['Thursday, March 12, 2026', '2026-03-12'],
    ["Mar 12 '26", '2026-03-12'],
    ['12. März 2026', '2026-03-12'],
    ['12.03.2026, 10:45 Uhr', '2026-03-12'],
    ['am 12. März 2026 um 12:30 Uhr', '2026-03-12'],
    ['jeudi 12 mars 2026 à 10h30', '2026-03-12'],
    ['3 de mayo de 2025, 18:40', '2025-05-03'],
    ['12 de março de 2026', '2026-03-12'],
    ['12 marca 2026', '2026-03-12'],
    ['2026. március 12.', '2026-03-12'],
    ['12 Mart 2026', '2026-03-12'],
    ['12 марта 2026 г.', '2026-03-12'],
    ['12 березня 2026 року', '2026-03-12'],
    ['12 Μαρτίου 2026', '2026-03-12'],
    ['१२ मार्च २०२६', '2026-03-12'],
    ['शुक्रवार, 13 मार्च 2026', '2026-03-13'],
    ['১২ মার্চ ২০২৬, ০৯:৪৫', '2026-03-12'],
    ['12 மார்ச் 2026', '2026-03-12'],
    ['12 మార్చి 2026', '2026-03-12'],
    ['١٢ مارس ٢٠٢٦', '2026-03-12'],
    ['24 آذار/مارس 2026', '2026-03-24'],
    ['۱۲ مارس ۲۰۲۶ - ۲۱ اسفند ۱۴۰۴', '2026-03-12'],
    ['۲۱ اسفند ۱۴۰۴', '2026-03-12'],
    ['12 مارچ 2026', '2026-03-12'],
    ['12 במרץ 2026', '2026-03-12'],
    ['2026年3月12日', '2026-03-12'],
    ['２０２６年３月１３日　１８時０５分', '2026-03-13'],
    ['2026년 3월 12일 오후 4:30', '2026-03-12'],
    ['2026.03.12. 오후 4:30', '2026-03-12'],
    ['12 มีนาคม 2569', '2026-03-12'],
    ['13/04/2026', '2026-04-13'],
  ])('reads the day of %s', (text, day) => {
    expect(parseWordedDate(text, null)).toEqual({
      date: { at: `${day}T00:00:00.000Z`, offset: null, precision: 'day' },
      rest: '',
    });
  });

  it.each([
    ['12 Mar 2026, 08:15 PM (IST)', '2026-03-12T14:45:00.000Z', '+05:30'],
    ['12 मार्च 2026, 10:45 PM IST', '2026-03-12T17:15:00.000Z', '+05:30'],
    ['March 5, 2026, 11:20 p.m. EST', '2026-03-06T04:20:00.000Z', '-05:00'],
    ['12 March 2026 at 12:05 am GMT', '2026-03-12T00:05:00.000Z', '+00:00'],
    ['12 March 2026 10:30 GMT+5:30', '2026-03-12T05:00:00.000Z', '+05:30'],
    ['12 March 2026 10:30 UTC-3', '2026-03-12T13:30:00.000Z', '-03:00'],
    ['12 марта 2026, 14:10 МСК', '2026-03-12T11:10:00.000Z', '+03:00'],
    ['١٢ مارس ٢٠٢٦ - ٠٨:١٥ بتوقيت غرينتش', '2026-03-12T08:15:00.000Z', '+00:00'],
    ['2026年3月12日 16:30（北京时间）', '2026-03-12T08:30:00.000Z', '+08:00'],
    ['Thu, 12 Mar 2026 10:30:15 +0100', '2026-03-12T09:30:15.000Z', '+01:00'],
    ['12 MAR 2026 - 09:12 CET', '2026-03-12T08:12:00.000Z', '+01:00'],
  ])('reads the instant of %s', (text, at, offset) => {
    expect(parseWordedDate(text, null)?.date).toEqual({ at, offset, precision: 'instant' });
  });

  it('leaves open what day and month may both be, unless language or zone say it', () => {
    expect(parseWordedDate('03/04/2026', 'en')).toBeNull();
    expect(parseWordedDate('03/04/2026', 'fr')?.date.at).toBe('2026-04-03T00:00:00.000Z');
    expect(parseWordedDate('03/04/2026 10:00 am EST', 'en')?.date.at).toBe('2026-03-04T15:00:00.000Z');
    expect(parseWordedDate('03.04.2026', 'en')?.date.at).toBe('2026-04-03T00:00:00.000Z');
  });

  it('takes a month by its language where the word is two months', () => {
    expect(parseWordedDate('5. listopada 2025', 'hr')?.date.at).toBe('2025-10-05T00:00:00.000Z');
    expect(parseWordedDate('5 listopada 2025', 'pl')?.date.at).toBe('2025-11-05T00:00:00.000Z');
  });

  it('shows what else stood in the text', () => {
    expect(parseWordedDate('Rao met Verma on 12 March 2026 in Puri', null)?.rest).toBe('rao met verma in puri');
  });

  it.each(['31 February 2026', '12 March', 'March 2026', '2024-2025', '1 200', 'version 12.3.4', '10:45', ''])(
    'finds no day in %j',
    (text) => {
      expect(parseWordedDate(text, null)).toBeNull();
    },
  );

  it('gives a real day or nothing for any text', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'0123456789 ./-:年月日'.split(''), 'March', 'मार्च', ' pm', ' GMT+', 'مارس'),
    });
    fc.assert(
      fc.property(text, (found) => {
        const at = parseWordedDate(found, 'en')?.date.at;
        if (at !== undefined) expect(new Date(at).toISOString()).toBe(at);
      }),
    );
  });
});
