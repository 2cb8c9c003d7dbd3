import fc from 'fast-check';
import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { EVENTS } from './cloud-event.ts';
import { KhabarError } from './khabar-error.ts';
import { compileValidator, instant, orNull, sha256, uuid } from './schema.ts';
import type { EventType } from './topics.ts';

interface ObjectSchema extends TSchema {
  readonly properties: Record<string, TSchema & { anyOf?: TSchema[] }>;
  readonly required: string[];
}

const types = Object.keys(EVENTS) as EventType[];

/** The fields of design section 3; the optional ones with a question mark. */
const FIELDS: Record<EventType, string> = {
  'news.raw.v1': 'id sourceId url path? fetchedAt http entry mediaType charset body bodyEncoding contentHash',
  'news.articles.v1':
    'id rawId sourceId fetchedAt externalId url canonicalUrl title kicker summary body html? headings kind gone authors agencies ' +
    'publishedAt modifiedAt publishedOffset publishedPrecision language section tags images wordCount contentHash metadataHash ' +
    'fingerprint extraction',
  'news.changes.v1': 'id kind reason revision contentHash clusterId storedAt',
  'khabar.rejected-input.v1': 'sourceId url path fetchedAt bytes sha256 head',
};

function objectSchema(type: EventType): ObjectSchema {
  return EVENTS[type].schema as unknown as ObjectSchema;
}

function without(data: Record<string, unknown>, field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));
}

function accepts(schema: TSchema, data: unknown): boolean {
  return Compile(schema).Check(data);
}

describe.each(types)('the schema of %s', (type) => {
  const schema = objectSchema(type);
  const { validator } = EVENTS[type];
  const example = EVENTS[type].example as unknown as Record<string, unknown>;

  it('accepts its example', () => {
    expect(validator.check(example)).toBe(true);
    expect(validator.assert(example)).toBe(example);
  });

  it("has the design's fields, and no other", () => {
    const fields = Object.keys(schema.properties).map((name) => (schema.required.includes(name) ? name : `${name}?`));
    expect(fields.sort()).toEqual(FIELDS[type].split(' ').sort());
  });

  it('means the same when it was written down as JSON and read back', () => {
    const reread = Compile(JSON.parse(JSON.stringify(schema)) as TSchema);
    expect(reread.Check(example)).toBe(true);
    for (const field of schema.required) {
      expect(reread.Check(without(example, field))).toBe(false);
    }
  });

  it('needs every field but the optional ones: an absent field is not null', () => {
    for (const field of schema.required) {
      expect(validator.check(without(example, field))).toBe(false);
      expect(() => validator.assert(without(example, field))).toThrow(field);
      expect(validator.check({ ...example, [field]: undefined })).toBe(false);
    }
    for (const field of Object.keys(schema.properties).filter((name) => !schema.required.includes(name))) {
      expect(validator.check(without(example, field))).toBe(true);
    }
  });

  it('takes null where a field says so, and nowhere else', () => {
    for (const [field, ofField] of Object.entries(schema.properties)) {
      const nullable = ofField.anyOf?.some((alternative) => 'type' in alternative && alternative.type === 'null');
      expect([field, validator.check({ ...example, [field]: null })]).toEqual([field, nullable ?? false]);
    }
  });

  it('accepts fields it does not know, at every depth, for a later version may have them', () => {
    const widened = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(widened)
        : value !== null && typeof value === 'object'
          ? {
              ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, widened(inner)])),
              later: { a: 1 },
            }
          : value;
    expect(validator.check(widened(example))).toBe(true);
  });

  it('refuses what is no object', () => {
    for (const data of [null, undefined, 1, 'text', true, [], [example]]) expect(validator.check(data)).toBe(false);
  });
});

describe('instant', () => {
  it.each([
    '2026-03-14T09:30:00.000Z',
    '2024-02-29T23:59:59.999Z',
    '1969-12-31T00:00:00.001Z',
    '9999-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00.000Z',
    '0010-01-01T00:00:00.000Z',
    '0100-01-01T00:00:00.000Z',
  ])('accepts %s', (text) => {
    expect(accepts(instant(), text)).toBe(true);
    expect(new Date(text).toISOString()).toBe(text);
  });

  it.each([
    ['a date alone', '2026-03-14'],
    ['no milliseconds', '2026-03-14T09:30:00Z'],
    ['microseconds', '2026-03-14T09:30:00.000000Z'],
    ['no zone', '2026-03-14T09:30:00.000'],
    ['an offset', '2026-03-14T15:00:00.000+05:30'],
    ['an offset of zero', '2026-03-14T09:30:00.000+00:00'],
    ['lower case', '2026-03-14t09:30:00.000z'],
    ['a space for T', '2026-03-14 09:30:00.000Z'],
    ['a day that is not', '2026-02-29T09:30:00.000Z'],
    ['a month that is not', '2026-13-01T09:30:00.000Z'],
    ['hour 24', '2026-03-14T24:00:00.000Z'],
    ['a leap second', '2026-12-31T23:59:60.000Z'],
    ['the year 0000', '0000-03-14T09:30:00.000Z'],
    ['a year of five digits', '+12026-03-14T09:30:00.000Z'],
    ['a line end behind it', '2026-03-14T09:30:00.000Z\n'],
    ['digits that are not ASCII', '२०२६-03-14T09:30:00.000Z'],
    ['a number', 1_773_480_600_000],
  ])('refuses %s', (_, value) => {
    expect(accepts(instant(), value)).toBe(false);
  });

  it('is of one form: what it accepts is what Date writes, and text order is time order', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, date, (a, b) => {
        expect(accepts(instant(), a.toISOString())).toBe(true);
        expect(a.toISOString() < b.toISOString()).toBe(a < b);
      }),
      { numRuns: 50 },
    );
  });
});

describe('uuid and sha256', () => {
  it('are of one form: lower-case hex', () => {
    const id = '743fada8-fc29-57ff-ae51-a7081746ac6d';
    expect(accepts(uuid(), id)).toBe(true);
    for (const other of [id.toUpperCase(), id.replaceAll('-', ''), `{${id}}`, `urn:uuid:${id}`, `${id}\n`, '']) {
      expect(accepts(uuid(), other)).toBe(false);
    }
    const hash = 'a0'.repeat(32);
    expect(accepts(sha256(), hash)).toBe(true);
    for (const other of [hash.toUpperCase(), hash.slice(1), `${hash}0`, `sha256:${hash}`]) {
      expect(accepts(sha256(), other)).toBe(false);
    }
  });
});

describe('compileValidator', () => {
  const validator = compileValidator(
    'letter',
    Type.Object({
      to: orNull(Type.String()),
      stamps: Type.Integer({ minimum: 1 }),
      seal: Type.Enum(['red', 'blue']),
      text: Type.String(),
    }),
  );

  it('names each wrong field once with what it should be, three at most, and never a value', () => {
    const fault = (data: unknown) => {
      try {
        validator.assert(data);
      } catch (error) {
        return error as KhabarError;
      }
      throw new Error('accepted');
    };
    const error = fault({ to: 4711, stamps: 0, seal: 'secret-seal', text: 4711 });
    expect(error).toBeInstanceOf(KhabarError);
    expect(error).toMatchObject({ code: 'invalid-event', retriable: false });
    expect(error.message).toMatch(
      /^Not a valid letter: \/to must be string or must be null; \/stamps must be >= 1; \/seal must be equal to one of the allowed values$/,
    );
    expect(error.message).not.toMatch(/4711|secret/);
    expect(fault({ to: null }).message).toContain('stamps, seal, text');
    expect(fault('secret').message).toBe('Not a valid letter: / must be object');
  });
});
