import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTraceparent, traceparentOf } from './traceparent.ts';

describe('traceparentOf', () => {
  it('is a valid traceparent that is not sampled, whatever the id', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(isTraceparent(traceparentOf(id))).toBe(true);
        expect(traceparentOf(id)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      }),
    );
  });

  it('is the same for the same event, and a trace and span of its own for another', () => {
    const ids = Array.from({ length: 1000 }, (_, at) => `event-${at}`);
    const parts = ids.map((id) => traceparentOf(id).split('-'));
    expect(ids.map(traceparentOf)).toEqual(parts.map((each) => each.join('-')));
    expect(new Set(parts.map(([, trace]) => trace)).size).toBe(1000);
    expect(new Set(parts.map(([, , span]) => span)).size).toBe(1000);
  });
});

describe('isTraceparent (W3C Trace Context, 3.2.2)', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const span = 'b7ad6b7169203331';

  it.each([
    `00-${trace}-${span}-01`,
    `00-${trace}-${span}-00`,
    `00-${trace}-${span}-ff`,
    `cc-${trace}-${span}-01-more`,
    `01-${trace}-${span}-01`,
  ])('takes %s', (text) => {
    expect(isTraceparent(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['the version ff', `ff-${trace}-${span}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${span}-01`],
    ['a span of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${trace.toUpperCase()}-${span}-01`],
    ['a short trace', `00-${trace.slice(1)}-${span}-01`],
    ['more behind version 00', `00-${trace}-${span}-01-more`],
    ['more without a dash', `cc-${trace}-${span}-01more`],
    ['a line end', `00-${trace}-${span}-01\n`],
  ])('does not take %s', (_, text) => {
    expect(isTraceparent(text)).toBe(false);
  });
});
