import { type Bus, type BusSettings, type StoredRecord, openBus } from '@khabar/bus';
import {
  ARTICLES,
  ARTICLE_CHANGES,
  type Article,
  type ArticleChange,
  CONSUMER_GROUPS,
  RAW_ARTICLES,
  type TopicDefinition,
  deadLetterTopic,
  fromDeadLetterHeaders,
} from '@khabar/contracts';
import type { Seen, StoredArticle } from './check.ts';

const PAGE = 100;

/** A bus to look with, past the faults: by the time it reads, all is calm. */
export function openEyes(brokers: readonly string[]): Promise<Bus> {
  const settings: BusSettings = {
    service: 'chaos',
    version: '0',
    kafkaBrokers: brokers,
    databaseUrl: null,
    maxAttempts: 1,
    retryBaseMs: 100,
    retryMaxMs: 1_000,
    batchMaxEvents: 100,
    batchMaxBytes: 1_000_000,
    lingerMs: 0,
    transactions: false,
    maxBytesInFlight: 32 * 1024 * 1024,
  };
  return openBus(settings);
}

/** How far our own groups are behind, by group and topic; what no group has joined yet is not there. */
export async function lagsOf(bus: Bus): Promise<Seen['lags']> {
  const groups = Object.values(CONSUMER_GROUPS);
  const states = await bus.groups(groups, [RAW_ARTICLES.name, ARTICLES.name]);
  return states.map(({ group, topic, lag }) => ({ name: `${group} on ${topic}`, lag }));
}

/** Everything to be checked, from the store's API at `store` and the topics. */
export async function look(bus: Bus, store: string, signal: AbortSignal): Promise<Seen> {
  const lags = await lagsOf(bus);
  const rawEvents = await read(bus, RAW_ARTICLES, signal, ({ headers }) => headers['ce_id']!);
  const articleEvents = await read(bus, ARTICLES, signal, ({ headers, value }) => ({
    eventId: headers['ce_id']!,
    parserVersion: (JSON.parse(value!.toString()) as Article).extraction.parserVersion,
  }));
  const changes = await read(bus, ARTICLE_CHANGES, signal, ({ headers, value }) => {
    const { id, kind, revision, contentHash } = JSON.parse(value!.toString()) as ArticleChange;
    return { eventId: headers['ce_id']!, articleId: id, kind, revision, contentHash };
  });
  const deadLetters = [];
  for (const topic of [RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES].map(deadLetterTopic)) {
    const letters = await read(bus, topic, signal, ({ key, headers }) => ({
      topic: topic.name,
      key,
      code: fromDeadLetterHeaders(headers)?.code ?? 'unknown',
    }));
    deadLetters.push(...letters);
  }
  return { stored: await storedArticles(store, signal), rawEvents, articleEvents, changes, deadLetters, lags };
}

/** How many changes have been announced, without a look at them. */
export async function announcedIds(bus: Bus, signal: AbortSignal): Promise<Set<string>> {
  return new Set(await read(bus, ARTICLE_CHANGES, signal, ({ headers }) => headers['ce_id']!));
}

async function read<T>(
  bus: Bus,
  topic: TopicDefinition,
  signal: AbortSignal,
  take: (record: StoredRecord) => T,
): Promise<T[]> {
  const all: T[] = [];
  for await (const record of bus.read(topic.name, { from: 'beginning', follow: false, signal })) all.push(take(record));
  return all;
}

async function storedArticles(store: string, signal: AbortSignal): Promise<StoredArticle[]> {
  const all: StoredArticle[] = [];
  let cursor: string | null = null;
  do {
    const query = `limit=${PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const response: Response = await fetch(`${store}/api/v1/articles?${query}`, { signal });
    if (!response.ok) throw new Error(`The store answers ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { items: Article[]; nextCursor: string | null };
    for (const { id, url, title, body, contentHash } of page.items) {
      all.push({ id, url, title: title ?? '', body: body ?? '', contentHash });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}
