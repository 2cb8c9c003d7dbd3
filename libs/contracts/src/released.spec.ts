import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS } from './cloud-event.ts';
import type { EventType } from './topics.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const FOLDER = new URL('../released/', import.meta.url);

/** Every schema as it was released: `<type>.json`, and `<type>@<form>.json` where its version has gained fields since. */
const released = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    form: file.replace(/\.json$/, ''),
    type: file.replace(/(?:@.*)?\.json$/, '') as EventType,
    schema: JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as JsonObject,
  }));

const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'examples', 'default']);

/** Where a schema breaks a promise of its released form: within a version it may only gain optional fields. */
function brokenPromises(before: Json, now: Json | undefined, path = ''): string[] {
  if (before === null || typeof before !== 'object') return before === now ? [] : [path || '/'];
  if (now === null || typeof now !== 'object' || Array.isArray(before) !== Array.isArray(now)) return [path || '/'];
  const gain = path.endsWith('/properties');
  const was = before as JsonObject;
  const is = now as JsonObject;
  const keys = gain ? Object.keys(was) : [...new Set([...Object.keys(was), ...Object.keys(is)])];
  // Below `properties` the keys are names of fields, and a field may be called as an annotation is.
  return keys
    .filter((key) => gain || !ANNOTATIONS.has(key))
    .flatMap((key) => (key in was ? brokenPromises(was[key]!, is[key], `${path}/${key}`) : [`${path}/${key}`]));
}

function plain(type: EventType): JsonObject {
  return JSON.parse(JSON.stringify(EVENTS[type].schema)) as JsonObject;
}

describe('a schema and its released form', () => {
  it.each(released)('$form: no promise is broken', ({ type, schema }) => {
    expect(brokenPromises(schema, plain(type))).toEqual([]);
  });

  it('every event has one, and no released event is gone', () => {
    expect([...new Set(released.map(({ type }) => type))].sort()).toEqual(Object.keys(EVENTS).sort());
  });
});

describe('the comparison', () => {
  const changed = (change: (schema: JsonObject) => void) => {
    const schema = plain('news.raw.v1');
    change(schema);
    return brokenPromises(plain('news.raw.v1'), schema);
  };
  const fields = (schema: JsonObject) => schema['properties'] as JsonObject;

  it('takes optional fields that were gained, at any depth, and other words of description', () => {
    expect(
      changed((schema) => {
        fields(schema)['later'] = { type: 'string' };
        fields((fields(schema)['entry'] as { anyOf: JsonObject[] }).anyOf[0]!)['later'] = { type: 'string' };
        fields(schema)['id'] = { ...(fields(schema)['id'] as JsonObject), description: 'Other words' };
        schema['title'] = 'Other';
      }),
    ).toEqual([]);
  });

  it.each<[string, (schema: JsonObject) => void, string]>([
    ['a field that is gone', (schema) => delete fields(schema)['charset'], '/properties/charset'],
    [
      'a field called title that is gone',
      (schema) => delete fields((fields(schema)['entry'] as { anyOf: JsonObject[] }).anyOf[0]!)['title'],
      '/properties/entry/anyOf/0/properties/title',
    ],
    ['a new field that is required', (schema) => (schema['required'] as Json[]).push('later'), '/required/11'],
    ['a required field that is optional now', (schema) => (schema['required'] as Json[]).pop(), '/required/10'],
    ['another type', (schema) => (fields(schema)['mediaType'] = { type: 'number' }), '/properties/mediaType/type'],
    [
      'null where there was none',
      (schema) => (fields(schema)['mediaType'] = { anyOf: [fields(schema)['mediaType']!, { type: 'null' }] }),
      '/properties/mediaType/type',
    ],
    [
      'a narrower pattern',
      (schema) => ((fields(schema)['mediaType'] as JsonObject)['pattern'] = '^text/'),
      '/properties/mediaType/pattern',
    ],
    [
      'another value of an enumeration',
      (schema) => (fields(schema)['bodyEncoding'] as { enum: Json[] }).enum.push('hex'),
      '/properties/bodyEncoding/enum/2',
    ],
    ['a closed object', (schema) => (schema['additionalProperties'] = false), '/additionalProperties'],
    ['another $id', (schema) => (schema['$id'] = 'urn:khabar:schema:news.raw.v2'), '/$id'],
  ])('sees %s', (_, change, where) => {
    expect(changed(change)).toContain(where);
  });
});
