import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { type JsonSchema, arbitraryOfSchema } from './arbitrary-of-schema.fixture.ts';
import { articleEventId } from './article-id.ts';
import { EVENTS, decodeEvent, encodeEvent } from './cloud-event.ts';
import { fromDeadLetterHeaders } from './dead-letter.ts';
import { type EventType, TOPICS } from './topics.ts';
import { traceparentOf } from './traceparent.ts';

function jsonFiles(folder: string): [name: string, text: string][] {
  const url = new URL(`../${folder}/`, import.meta.url);
  const files = readdirSync(url).filter((file) => file.endsWith('.json'));
  return files.map((file) => [file.replace(/\.json$/, ''), readFileSync(new URL(file, url), 'utf8')]);
}

/** Every schema as it was released: `<type>.json`, and `<type>@<form>.json` where its version has gained fields since. */
const RELEASED_SCHEMAS = jsonFiles('released').map(([form, text]) => ({
  form,
  type: form.split('@')[0] as EventType,
  schema: JSON.parse(text) as JsonSchema,
}));

/** Records as they were written once, byte for byte: `<type>.<what is special about it>.json`. */
const RELEASED_EVENTS = jsonFiles('released/events').map(([name, text]) => {
  const { key, headers, value } = JSON.parse(text) as { key: string; headers: Record<string, string>; value: string };
  return { name, key, headers, value: Buffer.from(value) };
});

const TYPES = Object.keys(EVENTS) as EventType[];

// Enough that a field of eleven values shows each, and always the same ones, so that a break is found in every run or in none.
const RUNS = { numRuns: 150, seed: 20261124, endOnFailure: true };

/** Today's schema as others get it: as JSON. */
function today(type: EventType): JsonSchema {
  return JSON.parse(JSON.stringify(EVENTS[type].schema)) as JsonSchema;
}

/** An event of the type with such data, as a record's headers and value. */
function recordOf(type: EventType, data: unknown) {
  const id = articleEventId(type, 1);
  const { $id: dataschema } = EVENTS[type].schema;
  const attributes = { id, source: 'urn:khabar:test', type, subject: id, time: '2026-03-14T09:30:00.000Z', dataschema };
  return encodeEvent({ ...attributes, traceparent: traceparentOf(id), data: data as never });
}

/** Data that a writer of one schema may write and a reader of another refuses; null where there are none. */
function misread(writer: JsonSchema, reader: JsonSchema): unknown {
  const validator = Compile(reader as TSchema);
  const found = fc.check(
    fc.property(arbitraryOfSchema(writer), (data) => validator.Check(JSON.parse(JSON.stringify(data)))),
    RUNS,
  );
  return found.failed ? found.counterexample![0] : null;
}

describe("a consumer of a released form reads today's events", () => {
  it.each(RELEASED_SCHEMAS)('$form: the example', ({ type, schema }) => {
    const { value } = recordOf(type, EVENTS[type].example);
    expect(Compile(schema as TSchema).Check(JSON.parse(value.toString()))).toBe(true);
  });

  it.each(RELEASED_SCHEMAS)('$form: whatever may be written today', ({ type, schema }) => {
    expect(misread(today(type), schema)).toBeNull();
  });

  it.each(RELEASED_EVENTS)('$name: with the headers that it knows, in the same words', ({ headers }) => {
    const type = headers['ce_type'] as EventType;
    const now = recordOf(type, EVENTS[type].example).headers;
    const known = Object.keys(headers).filter((name) => !name.startsWith('khabar-'));
    expect(Object.keys(now)).toEqual(expect.arrayContaining(known));
    for (const name of ['content-type', 'ce_specversion', 'ce_type', 'ce_dataschema']) {
      expect([name, now[name]]).toEqual([name, headers[name]]);
    }
  });
});

describe("today's consumer reads yesterday's events", () => {
  it('of each type and version there is one that was kept', () => {
    const kept = new Set(RELEASED_EVENTS.map(({ headers }) => headers['ce_type']));
    expect([...kept].sort()).toEqual([...TYPES].sort());
    expect(RELEASED_SCHEMAS.map(({ type }) => type).sort()).toEqual(expect.arrayContaining([...TYPES].sort()));
  });

  it.each(RELEASED_EVENTS)('$name, as it was written', ({ key, headers, value }) => {
    const event = decodeEvent(headers, value);
    expect(event.data).toEqual(JSON.parse(value.toString()));
    expect(event).toMatchObject({ id: headers['ce_id'], type: headers['ce_type'], subject: key });
    expect([event.source, event.time, event.dataschema]).toEqual([
      headers['ce_source'],
      headers['ce_time'],
      headers['ce_dataschema'],
    ]);
    expect(event.traceparent).toBe(headers['traceparent']);
  });

  it.each(RELEASED_SCHEMAS)('$form: whatever it could write', ({ type, schema }) => {
    fc.assert(
      fc.property(arbitraryOfSchema(schema), (data) => {
        const { headers, value } = recordOf(type, data);
        expect(decodeEvent(headers, value).data).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      RUNS,
    );
  });

  it('the reason of a dead letter too, under the headers that it had', () => {
    const dead = RELEASED_EVENTS.filter(({ headers }) => 'khabar-code' in headers);
    expect(dead.map(({ headers }) => fromDeadLetterHeaders(headers))).toMatchObject([
      { code: 'too-large', service: 'fetcher', attempts: 1, origin: null },
      {
        code: 'handler-failed',
        message: 'The article could not be stored',
        attempts: 8,
        origin: { topic: 'news.articles.v1', partition: 7, offset: '4711' },
        firstAt: '2026-03-14T09:30:02.000Z',
        lastAt: '2026-03-14T09:31:40.000Z',
      },
    ]);
  });

  it('the topics still have their names and keys', () => {
    expect(TOPICS.filter(({ event }) => event !== null).map(({ name, key }) => [name, key])).toEqual([
      ['news.raw.v1', 'raw article id'],
      ['news.articles.v1', 'article id'],
      ['news.changes.v1', 'article id'],
    ]);
  });
});

describe('the proof', () => {
  type Fields = Record<string, JsonSchema>;
  const change = (how: (fields: Fields, required: string[]) => void): JsonSchema => {
    const schema = structuredClone(today('news.changes.v1'));
    how(schema.properties as Fields, schema.required as string[]);
    return schema;
  };
  /** Who misreads whom when today's schema became this one. */
  const broken = (changed: JsonSchema): string[] => {
    const before = today('news.changes.v1');
    const newEvents = misread(changed, before) === null ? [] : ["today's events by yesterday's consumer"];
    const oldEvents = misread(before, changed) === null ? [] : ["yesterday's events by today's consumer"];
    return [...newEvents, ...oldEvents];
  };
  const [NEW, OLD] = ["today's events by yesterday's consumer", "yesterday's events by today's consumer"];

  it.each<[string, string[], (fields: Fields, required: string[]) => void]>([
    ['nothing', [], () => undefined],
    ['an optional field more', [], (fields) => (fields['later'] = { type: 'string' })],
    [
      'a required field more',
      [OLD],
      (fields, required) => void ((fields['later'] = { type: 'string' }), required.push('later')),
    ],
    ['a required field that may be absent now', [NEW], (_, required) => required.splice(required.indexOf('reason'), 1)],
    ['another type', [NEW, OLD], (fields) => (fields['revision'] = { type: 'string' })],
    [
      'null where there was none',
      [NEW],
      (fields) => (fields['revision'] = { anyOf: [fields['revision']!, { type: 'null' }] }),
    ],
    ['no null where there was one', [OLD], (fields) => (fields['clusterId'] = fields['clusterId']!.anyOf![0]!)],
    ['a value less', [OLD], (fields) => (fields['kind'] = { enum: fields['kind']!.enum!.slice(1) })],
    ['a value more', [NEW], (fields) => (fields['kind'] = { enum: [...fields['kind']!.enum!, 'praised'] })],
    [
      'a narrower pattern',
      [OLD],
      (fields) =>
        (fields['contentHash'] = { anyOf: [{ type: 'string', pattern: '^0[0-9a-f]{63}$' }, { type: 'null' }] }),
    ],
    ['a higher minimum', [OLD], (fields) => (fields['revision'] = { type: 'integer', minimum: 2 ** 30 })],
    [
      'another form of time',
      [NEW, OLD],
      (fields) => (fields['storedAt'] = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    ],
  ])('sees %s', (_, expected, how) => {
    expect(broken(change(how))).toEqual(expected);
  });
});
