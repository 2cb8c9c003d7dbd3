import {
  ARTICLES,
  type CloudEvent,
  TOPICS,
  encodeBody,
  rawArticleEvent,
  rawArticleExample,
  rawArticleIdOfUrl,
  rawContentHash,
} from '@khabar/contracts';
import { type TestDatabase, createTestDatabase } from '@khabar/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import { RawLog } from './raw-log.ts';
import { replayRaw } from './replay-raw.ts';
import { Tally } from './tally.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

function fetched(name: string, mediaType: string, body: string): CloudEvent<'news.raw.v1'> {
  const url = `https://news.example.org/${name}`;
  const bytes = Buffer.from(body);
  const contentHash = rawContentHash(bytes, null);
  const identity = { id: rawArticleIdOfUrl(url), url, entry: null };
  return rawArticleEvent({ ...rawArticleExample, ...identity, mediaType, ...encodeBody(bytes), contentHash });
}

const page = (name: string, text: string) =>
  fetched(name, 'text/html', `<title>Rain in ${name}</title><article><h1>Rain in ${name}</h1><p>${text}</p></article>`);

it('goes on behind an article that its topic does not take, and asks the store in batches of bounded size', async () => {
  await using bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
  await bus.ensureTopics(
    TOPICS.map((topic) => (topic.name === ARTICLES.name ? { ...topic, maxMessageBytes: 16_384 } : topic)),
  );
  const sentence = 'The harbour was quiet until noon, when the first drops fell on it. ';
  const large = page('large', sentence.repeat(500));
  await bus.publish([page('first', sentence), large, page('last', sentence)]);
  // no parser reads them: they only fill batches
  const bodies = ['a', 'b', 'c'].map((name) => fetched(name, 'application/pdf', `%PDF-1.7 ${'x'.repeat(3_000_000)}`));
  for (const each of bodies) await bus.publish([each]);
  const { signal } = new AbortController();
  const asked: (readonly string[])[] = [];
  const tally = new Tally(3);
  const ignore = () => undefined;
  const log = await RawLog.open(bus, null, { from: null, to: null });
  const statesOf = async (rawIds: readonly string[]) => {
    asked.push(rawIds);
    return [];
  };
  await replayRaw(
    { bus, log, signal, statesOf, onFound: ignore, onUnreadable: ignore, onDone: ignore },
    { sources: null, publish: true, extraction: { html: true } },
    tally,
  );
  expect(tally.published).toBe(2);
  expect(tally.verdicts).toEqual(new Map([['new', 2]]));
  expect(tally.refusals.get('record-too-large')).toMatchObject({ count: 1, examples: [{ rawId: large.data.id }] });
  const places = bodies.map(({ data }) => asked.findIndex((ids) => ids.includes(data.id)));
  expect(new Set(places).size).toBe(3);
  expect(asked.flat()).toHaveLength(6);
});
