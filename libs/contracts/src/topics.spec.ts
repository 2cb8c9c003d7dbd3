import { describe, expect, it } from 'vitest';
import { EVENTS } from './cloud-event.ts';
import {
  ARTICLES,
  ARTICLE_CHANGES,
  CONSUMER_GROUPS,
  DEFAULT_TOPIC_SETTINGS,
  RAW_ARTICLES,
  TOPICS,
  deadLetterTopic,
  topicsFor,
} from './topics.ts';

const MIB = 1_048_576;
const days = (retentionMs: number) => retentionMs / 86_400_000;

describe('the topics', () => {
  it('are the three and their dead letters', () => {
    expect(TOPICS.map((topic) => topic.name)).toEqual([
      'news.raw.v1',
      'news.raw.v1.dead-letter',
      'news.articles.v1',
      'news.articles.v1.dead-letter',
      'news.changes.v1',
      'news.changes.v1.dead-letter',
    ]);
  });

  it('carry the event whose type has their name; dead letters carry any', () => {
    for (const topic of [RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES]) {
      expect(topic.event).toBe(topic.name);
      expect(Object.keys(EVENTS)).toContain(topic.event);
      expect(deadLetterTopic(topic).event).toBeNull();
    }
  });

  it('are keyed: raw by raw id, articles and changes by article id, dead letters like their topic', () => {
    expect([RAW_ARTICLES.key, ARTICLES.key, ARTICLE_CHANGES.key]).toEqual([
      'raw article id',
      'article id',
      'article id',
    ]);
    for (const topic of [RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES]) expect(deadLetterTopic(topic).key).toBe(topic.key);
  });

  it('have 12 partitions each', () => {
    expect(TOPICS.map((topic) => topic.partitions)).toEqual([12, 12, 12, 12, 12, 12]);
  });

  it('keep raw articles 7 days, articles and changes 30, dead letters 90', () => {
    expect([RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES].map((topic) => days(topic.retentionMs))).toEqual([7, 30, 30]);
    expect([RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES].map((topic) => days(deadLetterTopic(topic).retentionMs))).toEqual([
      90, 90, 90,
    ]);
  });

  it('take raw articles of 8 MiB and their dead letters of 9 MiB', () => {
    expect(RAW_ARTICLES.maxMessageBytes).toBe(8 * MIB);
    expect(deadLetterTopic(RAW_ARTICLES).maxMessageBytes).toBe(9 * MIB);
  });

  it('have dead letters with room for the reason beside the largest record', () => {
    for (const topic of [RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES]) {
      expect(deadLetterTopic(topic).maxMessageBytes).toBeGreaterThanOrEqual(topic.maxMessageBytes + 256 * 1024);
    }
  });

  it('have names that Kafka takes and whose metrics do not collide', () => {
    for (const topic of TOPICS) expect(topic.name).toMatch(/^[a-z0-9.-]{1,249}$/);
    const inMetrics = TOPICS.map((topic) => topic.name.replace(/[._]/g, '_'));
    expect(new Set(inMetrics).size).toBe(TOPICS.length);
  });
});

describe('topicsFor', () => {
  it('makes the topics of the contracts where nothing is chosen', () => {
    expect(topicsFor(DEFAULT_TOPIC_SETTINGS)).toEqual(
      [RAW_ARTICLES, ARTICLES, ARTICLE_CHANGES].flatMap((topic) => [topic, deadLetterTopic(topic)]),
    );
  });

  it('gives each topic what was chosen for it, and its dead letters its partitions', () => {
    const chosen = topicsFor({
      partitions: 3,
      rawRetentionMs: 1,
      articlesRetentionMs: 2,
      changesRetentionMs: 3,
      deadLetterRetentionMs: 4,
      rawMaxBytes: 16 * MIB,
      rawDeadLetterMaxBytes: 20 * MIB,
    });
    expect(chosen.map((topic) => topic.name)).toEqual(TOPICS.map((topic) => topic.name));
    expect(chosen.map((topic) => topic.partitions)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(chosen.map((topic) => topic.retentionMs)).toEqual([1, 4, 2, 4, 3, 4]);
    expect(chosen.map((topic) => topic.maxMessageBytes / MIB)).toEqual([16, 20, 16, 17, 1, 2]);
  });
});

describe('the consumer groups', () => {
  it('are khabar-parser, khabar-store and khabar-archive', () => {
    expect(CONSUMER_GROUPS).toEqual({
      parser: 'khabar-parser',
      store: 'khabar-store',
      archive: 'khabar-archive',
    });
  });
});
