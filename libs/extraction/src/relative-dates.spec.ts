import { describe, expect, it } from 'vitest';
import { parseRelativeDate } from './relative-dates.ts';

const FETCHED = '2026-03-14T09:30:00.000Z';

describe('parseRelativeDate', () => {
  it.each([
    ['2 घंटे पहले', '2026-03-14T07:30'],
    ['۳ گھنٹے پہلے', '2026-03-14T06:30'],
    ['3 hours ago', '2026-03-14T06:30'],
    ['an hour ago', '2026-03-14T08:30'],
    ['vor 20 Minuten', '2026-03-14T09:10'],
    ['hace 2 días', '2026-03-12T09:30'],
    ['il y a une heure', '2026-03-14T08:30'],
    ['há 3 horas', '2026-03-14T06:30'],
    ['3 часа назад', '2026-03-14T06:30'],
    ['منذ 3 ساعات', '2026-03-14T06:30'],
    ['منذ ساعة', '2026-03-14T08:30'],
    ['১ ঘণ্টা আগে', '2026-03-14T08:30'],
    ['3 గంటల క్రితం', '2026-03-14T06:30'],
    ['3小时前', '2026-03-14T06:30'],
    ['3 時間前', '2026-03-14T06:30'],
    ['3시간 전', '2026-03-14T06:30'],
    ['Yesterday', '2026-03-13T09:30'],
    ['yesterday at 17:05', '2026-03-13T09:30'],
    ['अभी', '2026-03-14T09:30'],
  ])('counts %s from the time of the fetch', (text, at) => {
    expect(parseRelativeDate(text, FETCHED)).toEqual({ at: `${at}:00.000Z`, offset: null, precision: 'guessed' });
  });

  it.each(['3 hours', '20 Minuten', 'ago', 'The bridge closed 3 hours ago', '4 min read', 'दो', ''])(
    'sees no such date in %j',
    (text) => {
      expect(parseRelativeDate(text, FETCHED)).toBeNull();
    },
  );
});
