import { describe, expect, it } from 'vitest';
import { articleExample } from './article.ts';
import { articleEvent, decodeEvent, encodeEvent, rawArticleEvent } from './cloud-event.ts';
import { rawArticleExample } from './raw-article.ts';
import { KhabarError } from './khabar-error.ts';

// The CloudEvents Kafka protocol binding 1.0.2 and the core specification 1.0.2, by their own headings. What they leave to the
// implementation is said in its test.

const event = rawArticleEvent(rawArticleExample);
const { headers, value } = encodeEvent(event);

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
}

function codeOf(some: Record<string, string>, bytes: Buffer | null = value): string {
  try {
    decodeEvent(some, bytes);
  } catch (error) {
    if (error instanceof KhabarError) return error.code;
    throw error;
  }
  return 'decoded';
}

describe('Kafka binding 1.3 and 3: content modes', () => {
  it.each([
    'application/cloudevents+json',
    'Application/CloudEvents+JSON; charset=UTF-8',
    'application/cloudevents-batch+json',
  ])(
    'a record of the media type %s is in structured mode, also with the headers of the binary one, and is not read',
    (contentType) => {
      expect(codeOf({ ...headers, 'content-type': contentType })).toBe('not-a-cloud-event');
    },
  );

  it('a record of any other media type, or of none, is in binary mode', () => {
    expect(codeOf(headers)).toBe('decoded');
    expect(codeOf(without('content-type'))).toBe('decoded');
  });

  it('a record without one of the mandatory attributes is no CloudEvent', () => {
    for (const name of ['ce_id', 'ce_source', 'ce_specversion', 'ce_type']) {
      expect([name, codeOf(without(name))]).toEqual([name, 'not-a-cloud-event']);
    }
  });
});

describe('Kafka binding 3.1: key mapping', () => {
  it('the key is the entity, which is the subject, and adds no attribute', () => {
    expect(event.subject).toBe(rawArticleExample.id);
    expect(headers).not.toHaveProperty('ce_partitionkey');
  });
});

describe('Kafka binding 3.2.1: content type', () => {
  it('is the header content-type, and no ce_datacontenttype', () => {
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(Object.keys(headers)).not.toContain('ce_datacontenttype');
  });

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json;charset=UTF-8',
    'application/json ; x="y"',
    'application/problem+json',
  ])('%s is JSON, of any case (core, datacontenttype)', (contentType) => {
    expect(codeOf({ ...headers, 'content-type': contentType })).toBe('decoded');
  });

  it.each(['application/avro', 'text/plain', 'application/jsonl', 'json', ''])('%s is not', (contentType) => {
    expect(codeOf({ ...headers, 'content-type': contentType })).toBe('not-a-cloud-event');
  });
});

describe('Kafka binding 3.2.2: event data encoding', () => {
  it('the value is the data as it is, in UTF-8', () => {
    const { value: hindi } = encodeEvent(articleEvent({ ...articleExample, title: 'ख़बर' }, event.id));
    expect(hindi.includes(Buffer.from('"title":"ख़बर"'))).toBe(true);
    expect(Object.keys(JSON.parse(value.toString()) as object)).toEqual(Object.keys(rawArticleExample));
  });

  it('a record without value has no data, which every event of ours has', () => {
    expect(codeOf(headers, null)).toBe('malformed-json');
  });
});

describe('Kafka binding 3.2.3: metadata headers', () => {
  it('every attribute but the data is a header of its own', () => {
    const { id, source, type, subject, time, dataschema, traceparent } = event;
    const attributes = { id, source, type, subject, time, dataschema, specversion: '1.0' };
    const asHeaders = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce_${name}`, text]));
    expect(headers).toEqual({ ...asHeaders, traceparent, 'content-type': 'application/json; charset=utf-8' });
  });

  it('values are UTF-8 as they are: nothing is percent-encoded or decoded, unlike over HTTP', () => {
    const odd = { ...event, subject: 'ख़बर 100 %25 "x"', source: '/a%20b' };
    const encoded = encodeEvent(odd).headers;
    expect([encoded['ce_subject'], encoded['ce_source']]).toEqual([odd.subject, odd.source]);
    expect(decodeEvent(encoded, value)).toEqual(odd);
  });

  it('extensions and headers that are not known are passed over', () => {
    expect(decodeEvent({ ...headers, ce_comexample: 'x', ce_partitionkey: 'y', 'x-other': '\u0000' }, value)).toEqual(
      event,
    );
  });
});

describe('core: required attributes', () => {
  it('id: a non-empty String, any', () => {
    expect(codeOf({ ...headers, ce_id: 'A234-1234 é' })).toBe('decoded');
    for (const id of ['', 'a\u0000b', '\ud800']) expect(codeOf({ ...headers, ce_id: id })).toBe('not-a-cloud-event');
  });

  it('source: a non-empty URI-reference; ours are absolute', () => {
    expect(() => new URL(headers['ce_source']!)).not.toThrow();
    for (const source of ['/sensors/1', 'urn:a:b', '1-555', 'https://example.org/%C3%A9#x']) {
      expect(codeOf({ ...headers, ce_source: source })).toBe('decoded');
    }
    for (const source of ['', 'a b', 'é', '%zz'])
      expect(codeOf({ ...headers, ce_source: source })).toBe('not-a-cloud-event');
  });

  it('source and id together: a redelivery has the same, another event another', () => {
    const again = rawArticleEvent(structuredClone(rawArticleExample));
    const later = rawArticleEvent({ ...rawArticleExample, fetchedAt: '2026-03-14T09:30:00.001Z' });
    expect([again.source, again.id]).toEqual([event.source, event.id]);
    expect(later.id).not.toBe(event.id);
  });

  it('specversion: 1.0, whatever the patch version of the specification', () => {
    expect(headers['ce_specversion']).toBe('1.0');
    for (const version of ['', '1', '1.0.2', '1.1'])
      expect(codeOf({ ...headers, ce_specversion: version })).toBe('not-a-cloud-event');
  });

  it('type: names event and version (a name in reverse DNS is advised, and the topics are older)', () => {
    expect(headers['ce_type']).toBe('news.raw.v1');
    expect(codeOf({ ...headers, ce_type: 'news.raw.v2' })).toBe('unknown-event-type');
  });
});

describe('core: optional attributes', () => {
  it.each(['ce_subject', 'ce_time', 'ce_dataschema'])('%s may be missing, but not empty', (name) => {
    const decoded = decodeEvent(without(name), value);
    expect(decoded.data).toEqual(rawArticleExample);
    expect(Object.values(encodeEvent(decoded).headers)).not.toContain('');
    expect(codeOf({ ...headers, [name]: '' })).toBe('not-a-cloud-event');
  });

  it('dataschema: a URI; another schema than ours is no fault, the data are what counts', () => {
    expect(codeOf({ ...headers, ce_dataschema: 'https://example.org/schema' })).toBe('decoded');
    expect(codeOf({ ...headers, ce_dataschema: 'schema.json' })).toBe('not-a-cloud-event');
  });

  it('time: RFC 3339, with any offset', () => {
    expect(decodeEvent({ ...headers, ce_time: '2026-03-14T15:00:00+05:30' }, value).time).toBe(
      '2026-03-14T15:00:00+05:30',
    );
    expect(codeOf({ ...headers, ce_time: 'Sat, 14 Mar 2026 09:30:00 GMT' })).toBe('not-a-cloud-event');
  });
});

describe('the distributed tracing extension', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const untraced = without('traceparent');

  it('is read under either name, that of W3C tracing first', () => {
    expect(decodeEvent({ ...untraced, ce_traceparent: traceparent }, value).traceparent).toBe(traceparent);
    expect(decodeEvent({ ...untraced, traceparent, ce_traceparent: headers['traceparent']! }, value).traceparent).toBe(
      traceparent,
    );
  });

  it('counts as absent where it is missing or malformed (W3C Trace Context, 4.3)', () => {
    for (const some of [untraced, { ...untraced, traceparent: '00-a-b-01' }]) {
      expect(decodeEvent(some, value)).not.toHaveProperty('traceparent');
    }
  });
});
