import { EVENTS, type EventType, TOPICS } from '@khabar/contracts';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { asyncApi } from './asyncapi.ts';
import { asyncApiFaults } from './validate-asyncapi.ts';

interface Message {
  headers: object;
  examples: [{ headers: Record<string, string>; payload: unknown }];
}
interface Document {
  asyncapi: string;
  channels: Record<string, { messages: Record<string, { $ref: string }> }>;
  components: { messages: Record<string, Message>; schemas: Record<string, object> };
}

const text = asyncApi('1.2.3');
const document = () => parse(text) as Document;

async function faultsAfter(change: (document: Document) => void): Promise<string[]> {
  const changed = document();
  change(changed);
  return asyncApiFaults(stringify(changed, { aliasDuplicateObjects: false }));
}

/** Whether the message's schema takes such headers; AsyncAPI's parser does not look at the examples of a version 3. */
function takes({ headers: schema }: Message, headers: Record<string, string>): boolean {
  const whole = JSON.stringify(schema).replace(/\{"\$ref":"#\/components\/schemas\/(\w+)"\}/g, (_, name: string) =>
    JSON.stringify(document().components.schemas[name]),
  );
  return Compile(JSON.parse(whole) as TSchema).Check(headers);
}

describe('the AsyncAPI document', () => {
  it("is without fault, warning and hint to AsyncAPI's own parser", async () => {
    expect(await asyncApiFaults(text)).toEqual([]);
  }, 30_000);

  it('would not be with a reference that leads nowhere, nor of an older version', async () => {
    const dangling = faultsAfter(({ channels }) => (channels['news.raw.v1']!.messages['news.raw.v1']!.$ref = '#/x'));
    expect(await dangling).toEqual([expect.stringContaining('#/x')]);
    expect(await faultsAfter((changed) => (changed.asyncapi = '3.0.0'))).toEqual([expect.stringContaining('3.1.0')]);
  }, 30_000);

  it('has an example of each message, of its headers and of its payload', () => {
    for (const [name, message] of Object.entries(document().components.messages)) {
      const [example] = message.examples;
      expect([name, takes(message, example.headers)]).toEqual([name, true]);
      if (name in EVENTS) expect(EVENTS[name as EventType].validator.check(example.payload)).toBe(true);
    }
  });

  it('promises each header that an event has', () => {
    const message = document().components.messages['news.articles.v1']!;
    const { headers } = message.examples[0];
    const missed = Object.keys(headers).filter((name) => {
      const others = Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
      return takes(message, others);
    });
    expect(missed).toEqual([]);
    expect(Object.keys(headers)).toContain('traceparent');
  });

  it('has every topic, every event and the schema of each', () => {
    const { channels, components } = document();
    expect(Object.keys(channels)).toEqual(TOPICS.map(({ name }) => name));
    expect(Object.keys(components.messages)).toEqual(expect.arrayContaining(Object.keys(EVENTS)));
    for (const [type, { schema }] of Object.entries(EVENTS)) {
      expect(components.schemas[type]).toEqual(JSON.parse(JSON.stringify(schema)));
    }
  });
});
