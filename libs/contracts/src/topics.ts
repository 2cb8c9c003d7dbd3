const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/** One topic as it is created: an existing one with other values is reported and never altered. Those named here are the defaults. */
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
    retentionMs: DEFAULT_TOPIC_SETTINGS.deadLetterRetentionMs,
    maxMessageBytes: topic.maxMessageBytes + DEAD_LETTER_ROOM_BYTES,
  };
}

/** By how much a dead letter may be larger than the largest record of its topic, in bytes: the reason and what a log adds. */
export const DEAD_LETTER_ROOM_BYTES = 1 * MIB;

/** What an operator may choose of the topics, before they are created. Times in milliseconds, sizes in bytes. */
export interface TopicSettings {
  /** Of each topic; that of an existing one stays as it is. */
  readonly partitions: number;
  readonly rawRetentionMs: number;
  readonly articlesRetentionMs: number;
  readonly changesRetentionMs: number;
  readonly deadLetterRetentionMs: number;
  /** Largest record batch of raw articles, and so of articles: a page's text may be nearly as long as the page. */
  readonly rawMaxBytes: number;
  /** At least {@link DEAD_LETTER_ROOM_BYTES} above `rawMaxBytes`. */
  readonly rawDeadLetterMaxBytes: number;
}

/** The topics where nothing is chosen. */
export const DEFAULT_TOPIC_SETTINGS: TopicSettings = {
  partitions: 12,
  rawRetentionMs: RAW_ARTICLES.retentionMs,
  articlesRetentionMs: ARTICLES.retentionMs,
  changesRetentionMs: ARTICLE_CHANGES.retentionMs,
  deadLetterRetentionMs: 90 * DAY_MS,
  rawMaxBytes: RAW_ARTICLES.maxMessageBytes,
  rawDeadLetterMaxBytes: 9 * MIB,
};

/** Every topic as the settings have it, dead letters included. */
export function topicsFor(settings: TopicSettings): readonly TopicDefinition[] {
  const { partitions, rawMaxBytes, rawDeadLetterMaxBytes, deadLetterRetentionMs } = settings;
  const raw = { ...RAW_ARTICLES, retentionMs: settings.rawRetentionMs, maxMessageBytes: rawMaxBytes };
  const articles = { ...ARTICLES, retentionMs: settings.articlesRetentionMs, maxMessageBytes: rawMaxBytes };
  const changes = { ...ARTICLE_CHANGES, retentionMs: settings.changesRetentionMs };
  return [raw, articles, changes].flatMap((chosen) => {
    const topic: TopicDefinition = { ...chosen, partitions };
    const dead = { ...deadLetterTopic(topic), retentionMs: deadLetterRetentionMs };
    return [topic, chosen === raw ? { ...dead, maxMessageBytes: rawDeadLetterMaxBytes } : dead];
  });
}

/** Every topic by default, dead letters included. */
export const TOPICS: readonly TopicDefinition[] = topicsFor(DEFAULT_TOPIC_SETTINGS);

/** Consumer groups of our own services; all start from the beginning. The archive's is only there where raw articles are archived. */
export const CONSUMER_GROUPS = { parser: 'khabar-parser', store: 'khabar-store', archive: 'khabar-archive' } as const;
