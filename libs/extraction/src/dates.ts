import type { Article } from '@khabar/contracts';

/** A moment that a text names. */
export interface FoundDate {
  /** UTC with milliseconds. */
  readonly at: string;
  /** The UTC offset in which it was said, `+05:30`; null where none was said. */
  readonly offset: string | null;
  readonly precision: NonNullable<Article['publishedPrecision']>;
}

const RFC_3339 =
  /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?\s*$/i;

/** A date as machines write it (RFC 3339 and its kin); null where it is none. Without an offset only its day is sure. */
export function parseMachineDate(text: string): FoundDate | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  // -00:00 says that the offset is not known (RFC 3339, 4.3).
  if (hour === undefined || zone === undefined || /^-00:?00$/.test(zone))
    return dayOf(Number(year), Number(month), Number(day));
  const offset = /^(?:z|utc)$/i.test(zone) ? '+00:00' : zone.replace(/^(...)(\d\d)$/, '$1:$2');
  const milliseconds = Number((fraction ?? '0').padEnd(3, '0').slice(0, 3));
  return instantOf(
    [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second ?? 0), milliseconds],
    offset,
  );
}

/** A day of the calendar as its midnight UTC; null where there is no such day. */
export function dayOf(year: number, month: number, day: number): FoundDate | null {
  return instantOf([year, month, day, 0, 0, 0, 0], null);
}

/** An instant of local time and offset; null where there is none such. */
export function instantOf(
  [year, month, day, hour, minute, second, millisecond]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  offset: string | null,
): FoundDate | null {
  if (year < 1000 || year > 9999 || hour > 24 || minute > 59 || second > 60) return null;
  const local = new Date(Date.UTC(year, month - 1, day));
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null;
  const time =
    Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59), millisecond) - minutesOf(offset) * 60_000;
  return { at: new Date(time).toISOString(), offset, precision: offset === null ? 'day' : 'instant' };
}

function minutesOf(offset: string | null): number {
  if (offset === null) return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)));
}

/**
 * A day of the Solar Hijri calendar (Iran, Afghanistan) in the Gregorian one, by the 33-year rule of leap years, which agrees with the
 * astronomical calendar from 1850 to 2123. Null where there is no such day.
 */
export function solarHijriDay(
  year: number,
  month: number,
  day: number,
): { year: number; month: number; dayOfMonth: number } | null {
  if (year < 1178 || year > 1634 || month < 1 || month > 12 || day < 1 || day > (month <= 6 ? 31 : 30)) return null;
  const daysBefore =
    365 * year + Math.floor((8 * year + 21) / 33) + (month <= 7 ? 31 * (month - 1) : 30 * (month - 1) + 6);
  const date = new Date((daysBefore + day - SOLAR_HIJRI_TO_UNIX_DAYS) * 86_400_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() };
}

/** So counted that 1 Farvardin 1400 is 21 March 2021. */
const SOLAR_HIJRI_TO_UNIX_DAYS = 492_634;
