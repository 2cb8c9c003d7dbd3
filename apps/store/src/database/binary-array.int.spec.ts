import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryArray, type Element, type ElementType } from './binary-array.ts';

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'));
const instant = fc
  .date({ min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const KINDS: readonly [ElementType, fc.Arbitrary<Element>][] = [
  ['text', fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''))],
  ['uuid', fc.uuid()],
  ['integer', fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })],
  ['bigint', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
  ['timestamptz', instant],
  ['bytea', hex(32)],
];

describe('an array in binary', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it.each(KINDS)('holds for Postgres what was put into it: %s', async (type, element) => {
    const expected = type === 'bytea' ? `decode(x.said, 'hex')` : `x.said::${type}`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(element), { maxLength: 40 }), async (elements) => {
        const { rows } = await client.query(
          `SELECT count(*)::int AS count, bool_and(x.sent IS NOT DISTINCT FROM ${expected}) AS same
          FROM unnest($1::${type}[], $2::text[]) AS x(sent, said)`,
          [binaryArray(type, elements), elements],
        );
        expect(rows[0]).toEqual({ count: elements.length, same: elements.length === 0 ? null : true });
      }),
      { numRuns: 30 },
    );
  });

  it.each<[ElementType, Element]>([
    ['uuid', 'not-a-uuid'],
    ['integer', 2 ** 31],
    ['timestamptz', 'soon'],
    ['bytea', 'abc'],
  ])('takes nothing that is not of its type: %s %s', (type, element) => {
    expect(() => binaryArray(type, [element])).toThrow('not of its column');
  });
});
