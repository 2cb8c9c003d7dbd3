const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Zones that feeds name by letters, as offsets. Of the ambiguous ones the reading that newsrooms use: IST is India's. A name that
 * is not here leaves the offset unknown.
 */
const ZONES: Readonly<Record<string, string>> = {
  ...{
    z: 'Z',
    ut: 'Z',
    utc: 'Z',
    gmt: 'Z',
    wet: '+00:00',
    west: '+01:00',
    bst: '+01:00',
    cet: '+01:00',
    cest: '+02:00',
  },
  ...{ mez: '+01:00', mesz: '+02:00', eet: '+02:00', eest: '+03:00', sast: '+02:00', msk: '+03:00', trt: '+03:00' },
  ...{ pkt: '+05:00', ist: '+05:30', npt: '+05:45', wib: '+07:00', hkt: '+08:00', sgt: '+08:00', awst: '+08:00' },
  ...{ jst: '+09:00', kst: '+09:00', aest: '+10:00', aedt: '+11:00', nzst: '+12:00', nzdt: '+13:00' },
  ...{ est: '-05:00', edt: '-04:00', cst: '-06:00', cdt: '-05:00', mst: '-07:00', mdt: '-06:00', pst: '-08:00' },
  ...{ pdt: '-07:00', akst: '-09:00', akdt: '-08:00', hst: '-10:00', art: '-03:00', brt: '-03:00', clt: '-04:00' },
};

/** RFC 3339, 4.3: the offset is unknown. What was written is some clock's time: no instant, but a day. */
const UNKNOWN_OFFSET = '-00:00';

const TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?(?![a-z]))?`;
const ZONE = String.raw`\s*(.*)`;
const ISO = new RegExp(String.raw`^(\d{4})-?(\d{2})-?(\d{2})(?:(?:T|\s+)${TIME}${ZONE})?$`, 'is');
const ISO_COMPACT_TIME = /^(\d{4}-?\d{2}-?\d{2}T)(\d{2})(\d{2})(\d{2})/i;
const DAY_FIRST = new RegExp(
  String.raw`^(?:\p{L}{2,}[.,\s]+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4}|\d{2})(?:,?\s+${TIME}${ZONE})?$`,
  'isu',
);
const MONTH_FIRST = new RegExp(
  String.raw`^(?:\p{L}{2,}[.,\s]+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})(?:,?\s+${TIME}${ZONE})?$`,
  'isu',
);
/** ctime(3): the year stands at the end. */
const YEAR_LAST = new RegExp(
  String.raw`^\p{L}{3},?\s+([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+(?:([a-z]{2,5})\s+)?(\d{4})$`,
  'isu',
);

/**
 * A date of a feed as RFC 3339, in the offset in which it was said: `2026-03-14T09:30:00+05:30`, or `2026-03-14` when only a day was
 * said. Where no known zone was said, the offset is `-00:00` (RFC 3339, 4.3: unknown): the clock time is as written, the instant is
 * anybody's guess, and only the day is to be relied on. Null where it is no date, or where day and month could be swapped.
 *
 * Reads RFC 3339 and ISO 8601 (W3CDTF), RFC 822, 2822 and 5322, RFC 850 and ctime, with the liberties that feeds take.
 */
export function readDate(found: string): string | null {
  if (found.length > 100) return null;
  const text = found
    .trim()
    .replace(/\([^()]*\)$/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(ISO_COMPACT_TIME, '$1$2:$3:$4');

  const iso = ISO.exec(text);
  if (iso) return rfc3339(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso.slice(4));
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst) return rfc3339(fullYear(dayFirst[3]!), monthOf(dayFirst[2]!), Number(dayFirst[1]), dayFirst.slice(4));
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst) {
    return rfc3339(Number(monthFirst[3]), monthOf(monthFirst[1]!), Number(monthFirst[2]), monthFirst.slice(4));
  }
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast) {
    const [, month, day, time, zone, year] = yearLast;
    return readDate(`${year}-${pad(monthOf(month!))}-${pad(Number(day))} ${time} ${zone ?? ''}`);
  }
  return null;
}

/** `clock`: hour, minute, second, fraction, am or pm, zone; without an hour the date is a day. */
function rfc3339(year: number, month: number, day: number, clock: readonly (string | undefined)[]): string | null {
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > daysInMonth) return null;
  const date = `${year}-${pad(month)}-${pad(day)}`;

  const [hours, minutes, seconds, fraction, half, zone] = clock;
  if (hours === undefined) return date;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (/^p/i.test(half) ? 12 : 0);
  }
  const minute = Number(minutes);
  // A leap second has no place on most clocks; the second before it does.
  const second = Math.min(Number(seconds ?? 0), 60) === 60 ? 59 : Number(seconds ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return null;
  const parts = fraction === undefined ? '' : `.${fraction.slice(0, 3).padEnd(3, '0')}`;
  return `${date}T${pad(hour)}:${pad(minute)}:${pad(second)}${parts}${offsetOf(zone ?? '')}`;
}

function offsetOf(zone: string): string {
  const numeric = /^(?:gmt|utc|ut)?\s*([+-])\s?(\d{1,2})(?::?(\d{2}))?$/i.exec(zone.trim());
  if (numeric) {
    const [, sign, hours, minutes = '00'] = numeric;
    if (Number(hours) > 23 || Number(minutes) > 59) return UNKNOWN_OFFSET;
    return `${sign}${pad(Number(hours))}:${minutes}`;
  }
  return ZONES[zone.trim().toLowerCase()] ?? UNKNOWN_OFFSET;
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.toLowerCase()) + 1;
}

/** RFC 2822, 4.3: two digits below 50 are of this century, the others of the last. */
function fullYear(digits: string): number {
  const year = Number(digits);
  return digits.length > 2 ? year : year + (year < 50 ? 2000 : 1900);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
