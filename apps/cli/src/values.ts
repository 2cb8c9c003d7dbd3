import { InvalidArgumentError } from 'commander';

/** Reads a whole number within bounds, both included, off the command line. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Say a whole number ${bounds}.`);
  };
}

const INSTANT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** Reads a day (its beginning, UTC) or a time (UTC where it says no offset) off the command line, as RFC 3339 UTC. */
export function instant(text: string): string {
  const [day, time] = text.split(/[T ]/);
  const zoned = time === undefined || /(?:Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}Z`;
  const ms = INSTANT.test(text) ? Date.parse(zoned === undefined ? day! : `${day}T${zoned}`) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError('Say a day (2026-03-14) or a time (2026-03-14T09:30:00Z).');
}

/** As {@link instant}, but a day stays a day, for whoever reads it as the whole of it. */
export function instantOrDay(text: string): string {
  const read = instant(text);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? text : read;
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a time span with its unit (`30s`, `15m`, `1h`, `7d`) off the command line, in milliseconds; undefined where it is none. */
export function timeSpan(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(number) * UNITS_MS[unit]!;
}

/** Reads a time as {@link instant} does, or one that a time span lies back (`15m`), in milliseconds since the epoch. */
export function instantOrAge(text: string, nowMs: number): number {
  const ageMs = timeSpan(text);
  if (ageMs !== undefined) return nowMs - ageMs;
  try {
    return Date.parse(instant(text));
  } catch {
    throw new InvalidArgumentError('Say a time such as 2026-03-14T09:30:00Z, or an age such as 15m.');
  }
}
