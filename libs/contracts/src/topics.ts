const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/** One topic as it is created: an existing one with other values is reported and never altered. */
export interface TopicDefinition {
  readonly name: string;
  /** CloudEvents type of its events; a dead-letter topic has events of any type. */
  readonly event: EventType | null;
  /** What the record key is. */
  readonly key: string;
  readonly partitions: number;
  /** Age at which records are deleted, in milliseconds. */
  readonly retentionMs: number;
  /** Largest record batch, in bytes (`max.message.bytes`). */
  readonly maxMessageBytes: number;
}

/** CloudEvents types; the version is part of the name, as it is of the topic's. */
export type EventType = 'news.raw.v1' | 'news.articles.v1' | 'news.changes.v1' | 'khabar.rejected-input.v1';

/** Raw articles, from fetcher to parser. */
export const RAW_ARTICLES = {
  name: 'news.raw.v1',
  event: 'news.raw.v1',
  key: 'raw article id',
  partitions: 12,
  retentionMs: 7 * DAY_MS,
  maxMessageBytes: 8 * MIB,
} as const satisfies TopicDefinition;

/** Articles, from parser to store and downstream. A page's text may be nearly as long as the page. */
export const ARTICLES = {
  name: 'news.articles.v1',
  event: 'news.articles.v1',
  key: 'article id',
  partitions: 12,
  retentionMs: 30 * DAY_MS,
  maxMessageBytes: 8 * MIB,
} as const satisfies TopicDefinition;

/** Changes, from store to downstream: the one topic with order per article. */
export const ARTICLE_CHANGES = {
  name: 'news.changes.v1',
  event: 'news.changes.v1',
  key: 'article id',
  partitions: 12,
  retentionMs: 30 * DAY_MS,
  maxMessageBytes: 1 * MIB,
} as const satisfies TopicDefinition;

/** The dead-letter topic of a topic: same key and partitions, and room for the reason beside the largest record. */
export function deadLetterTopic(topic: TopicDefinition): TopicDefinition {
  return {
    name: `${topic.name}.dead-letter`,
    event: null,
    key: topic.key,
    partitions: topic.partitions,
    retentionMs: 90 * DAY_MS,
    maxMessageBytes: topic.maxMessageBytes + 1 * MIB,
  };
}

/** Every topic, dead letters included. */
export const TOPICS: readonly TopicDefinition[] = [RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES].flatMap((topic) => [
  topic,
  deadLetterTopic(topic),
]);

/** Consumer groups of our own services; both start from the beginning. */
export const CONSUMER_GROUPS = { parser: 'khabar-parser', store: 'khabar-store' } as const;
