import {
  type CloudEvent,
  RAW_ARTICLES,
  TOPICS,
  rawArticleEvent,
  rawArticleExample,
  rawArticleIdOfUrl,
} from '@khabar/contracts';
import { createTestDatabase } from '@khabar/testing';
import { expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import { readBound } from './range.ts';
import { RawLog } from './raw-log.ts';

function fetched(name: string): CloudEvent<'news.raw.v1'> {
  const url = `https://news.example.org/${name}`;
  return rawArticleEvent({ ...rawArticleExample, id: rawArticleIdOfUrl(url), url });
}

it('a raw log gives what was there when it was opened, however much is fetched before it is read', async () => {
  const database = await createTestDatabase();
  try {
    await using bus = await openFoundBus({ kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' });
    await bus.ensureTopics(TOPICS);
    const early = Array.from({ length: 30 }, (_, at) => fetched(`early-${at}`));
    await bus.publish(early);
    const everyPartition = Array.from({ length: RAW_ARTICLES.partitions }, (_, partition) => `${partition}:0`).join();
    const logs = ['beginning', '0', everyPartition, rawArticleExample.fetchedAt].map((from) =>
      RawLog.open(bus, null, { from: readBound(from, Date.now()), to: null }),
    );
    await Promise.all(logs);
    await bus.publish(Array.from({ length: 90 }, (_, at) => fetched(`late-${at}`)));
    const { signal } = new AbortController();
    for await (const log of logs) {
      const ids: string[] = [];
      for await (const { event } of log.read(signal, () => undefined)) ids.push(event.id);
      expect(ids.toSorted()).toEqual(early.map(({ id }) => id).toSorted());
    }
  } finally {
    await database.drop();
  }
});
