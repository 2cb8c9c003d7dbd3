import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headAndRest } from './head-and-rest.ts';

const text = fc
  .tuple(fc.constantFrom('a', 'é', 'ख', '📰', 'aख📰é'), fc.nat(9_000))
  .map(([unit, bytes]) => Buffer.from(unit.repeat(bytes / Buffer.byteLength(unit))));
const key = fc.option(fc.string({ unit: 'binary', maxLength: 50 }));
const headers = fc.nat(9_000).map((length) => `{"a":"${'b'.repeat(length)}"}`);

describe('a text and its parts', () => {
  it('are the same, divided between characters, and the head fills a page together with key and headers', () => {
    fc.assert(
      fc.property(text, key, headers, (value, key, headers) => {
        const { head, rest } = headAndRest({ key, headers, value });
        expect(Buffer.concat([head!, rest ?? Buffer.alloc(0)])).toEqual(value);
        expect(isUtf8(head!) && (rest === null || isUtf8(rest))).toBe(true);
        const bytes = head!.length + Buffer.byteLength(key ?? '') + Buffer.byteLength(headers);
        if (head!.length > 0) expect(bytes).toBeLessThanOrEqual(8_062);
        if (rest !== null && head!.length > 0) expect(bytes).toBeGreaterThan(8_062 - 4);
      }),
    );
  });

  it('are none where there is no text', () => {
    expect(headAndRest({ key: null, headers: '{}', value: null })).toEqual({ head: null, rest: null });
  });
});
