import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { articleExample } from './article.ts';
import { articleChangeExample } from './article-change.ts';
import { articleEventId, changeEventId, rawEventId } from './article-id.ts';
import {
  type CloudEvent,
  EVENTS,
  articleChangeEvent,
  articleEvent,
  decodeEvent,
  encodeEvent,
  rawArticleEvent,
  rejectedInputEvent,
} from './cloud-event.ts';
import { rejectedInputExample } from './dead-letter.ts';
import { KhabarError } from './khabar-error.ts';
import { rawArticleExample } from './raw-article.ts';
import { traceparentOf } from './traceparent.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const rawEvent = rawArticleEvent(rawArticleExample, TRACEPARENT);

const every: [string, CloudEvent][] = [
  ['news.raw.v1', rawEvent],
  ['news.articles.v1', articleEvent(articleExample, rawEvent.id, TRACEPARENT)],
  ['news.changes.v1', articleChangeEvent(articleChangeExample, TRACEPARENT)],
  ['khabar.rejected-input.v1', rejectedInputEvent(rawEvent.id, rawArticleExample.id, rejectedInputExample)],
];

function without(headers: Record<string, string>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function refusal(headers: Record<string, string>, value: Buffer | null): KhabarError {
  try {
    decodeEvent(headers, value);
  } catch (error) {
    expect(error).toBeInstanceOf(KhabarError);
    return error as KhabarError;
  }
  throw new Error('decoded');
}

describe('the events', () => {
  it('have a maker each', () => {
    expect(every.map(([type]) => type)).toEqual(Object.keys(EVENTS));
    for (const [type, event] of every) expect(event.type).toBe(type);
  });

  it("name one event by id and the entity by subject, which is the record's key", () => {
    const [raw, article, change, rejected] = every.map(([, event]) => ({ id: event.id, subject: event.subject }));
    expect(raw).toEqual({ id: rawEventId(rawArticleExample), subject: rawArticleExample.id });
    expect(article).toEqual({
      id: articleEventId(rawEvent.id, articleExample.extraction.parserVersion),
      subject: articleExample.id,
    });
    expect(change).toEqual({
      id: changeEventId(articleChangeExample.id, articleChangeExample.revision),
      subject: articleChangeExample.id,
    });
    expect(rejected).toEqual({ id: rawEvent.id, subject: rawArticleExample.id });
  });

  it('say which service they come from, and which schema their data is of', () => {
    expect(every.map(([, event]) => [event.source, event.dataschema])).toEqual([
      ['urn:khabar:fetcher', 'urn:khabar:schema:news.raw.v1'],
      ['urn:khabar:parser', 'urn:khabar:schema:news.articles.v1'],
      ['urn:khabar:store', 'urn:khabar:schema:news.changes.v1'],
      ['urn:khabar:fetcher', 'urn:khabar:schema:khabar.rejected-input.v1'],
    ]);
  });

  it("have the fetch's time, and a change the time it was stored: a second try writes the same event", () => {
    expect(rawEvent.time).toBe(rawArticleExample.fetchedAt);
    expect(articleEvent(articleExample, rawEvent.id).time).toBe(articleExample.fetchedAt);
    expect(articleChangeEvent(articleChangeExample).time).toBe(articleChangeExample.storedAt);
    expect(encodeEvent(articleEvent(articleExample, rawEvent.id))).toEqual(
      encodeEvent(articleEvent(structuredClone(articleExample), rawEvent.id)),
    );
  });
});

describe('encodeEvent', () => {
  it('writes binary content mode: attributes in ce_ headers, the media type in content-type, the data alone in the value', () => {
    const { headers, value } = encodeEvent(rawEvent);
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      ce_specversion: '1.0',
      ce_id: rawEvent.id,
      ce_source: 'urn:khabar:fetcher',
      ce_type: 'news.raw.v1',
      ce_subject: rawArticleExample.id,
      ce_time: '2026-03-14T09:30:00.000Z',
      ce_dataschema: 'urn:khabar:schema:news.raw.v1',
      traceparent: TRACEPARENT,
    });
    expect(JSON.parse(value.toString('utf8'))).toEqual(rawArticleExample);
  });

  it('keeps to the rules for attributes (CloudEvents 1.0.2, 3.1): names of lower-case letters and digits, absolute URIs, RFC 3339', () => {
    for (const [, event] of every) {
      const { headers } = encodeEvent(event);
      const attributes = Object.keys(headers).filter((name) => name !== 'content-type' && name !== 'traceparent');
      for (const name of attributes) expect(name).toMatch(/^ce_[a-z0-9]{1,20}$/);
      for (const value of Object.values(headers)) expect(value).toMatch(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/);
      expect(() => new URL(headers['ce_source']!)).not.toThrow();
      expect(() => new URL(headers['ce_dataschema']!)).not.toThrow();
      expect(new Date(headers['ce_time']!).toISOString()).toBe(headers['ce_time']);
    }
  });

  it('writes a traceparent on every event: that of its trace, else the start of one of its own', () => {
    const untraced = [
      rawArticleEvent(rawArticleExample),
      articleEvent(articleExample, rawEvent.id),
      articleChangeEvent(articleChangeExample),
      rejectedInputEvent(rawEvent.id, rawArticleExample.id, rejectedInputExample),
    ];
    for (const event of untraced) expect(encodeEvent(event).headers['traceparent']).toBe(traceparentOf(event.id));
    for (const [, event] of every.slice(0, 3)) expect(encodeEvent(event).headers['traceparent']).toBe(TRACEPARENT);
  });
});

describe('decodeEvent', () => {
  it.each(every)('reads %s back as it was', (_, event) => {
    const { headers, value } = encodeEvent(event);
    expect(decodeEvent(headers, value)).toEqual(event);
  });

  it('reads any text back as it was, halves of surrogate pairs too', () => {
    const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(anyText, anyText, (title, body) => {
        const event = articleEvent({ ...articleExample, title, body }, rawEvent.id);
        const { headers, value } = encodeEvent(event);
        expect(decodeEvent(headers, value)).toEqual(event);
      }),
    );
  });

  it('reads an event without the optional attributes, and with extensions and fields it does not know', () => {
    const { headers, value } = encodeEvent(rawArticleEvent(rawArticleExample));
    const bare = without(headers, 'ce_subject', 'ce_time', 'ce_dataschema');
    expect(decodeEvent({ ...bare, ce_extension: 'x', other: 'y' }, value)).toMatchObject({
      id: headers['ce_id'],
      type: 'news.raw.v1',
      subject: '',
      time: '',
      data: rawArticleExample,
    });
    const later = Buffer.from(JSON.stringify({ ...rawArticleExample, later: 1 }));
    expect(decodeEvent(headers, later).data).toEqual({ ...rawArticleExample, later: 1 });
  });

  it.each(['specversion', 'type', 'id', 'source'])('refuses a record without the attribute %s', (name) => {
    const { headers, value } = encodeEvent(rawEvent);
    expect(refusal(without(headers, `ce_${name}`), value)).toMatchObject({
      code: 'not-a-cloud-event',
      retriable: false,
    });
    expect(refusal({ ...headers, [`ce_${name}`]: '' }, value)).toMatchObject({ code: 'not-a-cloud-event' });
  });

  it('refuses structured content mode and records that are no events', () => {
    const structured = Buffer.from(JSON.stringify({ specversion: '1.0', ...rawEvent }));
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    expect(refusal(headers, structured)).toMatchObject({ code: 'not-a-cloud-event' });
    expect(refusal({}, Buffer.from('rain'))).toMatchObject({ code: 'not-a-cloud-event' });
  });

  it('refuses another version of CloudEvents', () => {
    const { headers, value } = encodeEvent(rawEvent);
    for (const version of ['0.3', '1.1', '2.0']) {
      expect(refusal({ ...headers, ce_specversion: version }, value)).toMatchObject({
        code: 'not-a-cloud-event',
        retriable: false,
      });
    }
  });

  it.each(['news.raw.v2', 'news.raw', 'News.raw.v1', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)])(
    'refuses the type %.20s, of a version or event it does not know',
    (type) => {
      const { headers, value } = encodeEvent(rawEvent);
      const error = refusal({ ...headers, ce_type: type }, value);
      expect(error).toMatchObject({ code: 'unknown-event-type', retriable: false });
      expect(error.message.length).toBeLessThan(250);
    },
  );

  it.each([
    ['nothing', null],
    ['no bytes', Buffer.alloc(0)],
    ['text', Buffer.from('rain')],
    ['half an object', Buffer.from('{"id":')],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['JSON in UTF-16', Buffer.from('{}', 'utf16le')],
  ])('refuses a value of %s', (_, value) => {
    expect(refusal(encodeEvent(rawEvent).headers, value)).toMatchObject({ code: 'malformed-json', retriable: false });
  });

  it.each([
    ['null', null],
    ['a list', [rawArticleExample]],
    ['another event', articleChangeExample],
    ['an event with a wrong field', { ...rawArticleExample, fetchedAt: 'yesterday' }],
  ])('refuses data that is %s', (_, data) => {
    const error = refusal(encodeEvent(rawEvent).headers, Buffer.from(JSON.stringify(data)));
    expect(error).toMatchObject({ code: 'invalid-event', retriable: false });
    expect(error.message).not.toContain('yesterday');
  });

  it('throws nothing but a KhabarError that is not worth a retry, whatever the record is', () => {
    const name = fc.constantFrom('ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'content-type', 'traceparent');
    const headers = fc.dictionary(name, fc.oneof(fc.constantFrom('1.0', 'news.raw.v1'), fc.string()));
    const value = fc.option(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((json) => new TextEncoder().encode(json)),
      ),
    );
    fc.assert(
      fc.property(headers, value, (some, bytes) => {
        expect(refusal(some, bytes === null ? null : Buffer.from(bytes)).retriable).toBe(false);
      }),
    );
  });
});
