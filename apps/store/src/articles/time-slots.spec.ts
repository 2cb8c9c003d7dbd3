import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotsBetween } from './time-slots.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const LEVELS = [10, 13, 16, 19, 22];

/** As the index has them. */
function slotsAt(ms: number): string[] {
  return LEVELS.map((level) => String((BigInt(Math.round(ms / 1000)) >> BigInt(level)) * 32n + BigInt(level)));
}

describe('slots of time', () => {
  it('hold every place between two instants, and little else', () => {
    const instant = fc.integer({ min: -YEAR_MS * 1900, max: YEAR_MS * 8000 });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 0, max: YEAR_MS }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (from, length, part) => {
          const slots = slotsBetween(from, from + length)!;
          expect(slots.length).toBeLessThanOrEqual(16);
          expect(slotsAt(from + Math.floor(length * part)).some((slot) => slots.includes(slot))).toBe(true);
          const apart = length + HOUR_MS;
          for (const ms of [from - apart, from + length + apart]) {
            expect(slotsAt(ms).some((slot) => slots.includes(slot))).toBe(false);
          }
        },
      ),
    );
  });

  it('are not named where they would be too many', () => {
    expect(slotsBetween(0, 3 * YEAR_MS)).toBeNull();
  });
});
