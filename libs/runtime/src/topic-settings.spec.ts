import { TOPICS } from '@khabar/contracts';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { configuredTopics, topicFaults, topicSettings } from './topic-settings.ts';

function topics(env: NodeJS.ProcessEnv) {
  return configuredTopics(readConfig(topicSettings, env, topicFaults));
}

function keysAtFault(env: NodeJS.ProcessEnv): string[] {
  try {
    topics(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ key }) => key).sort();
    throw error;
  }
  return [];
}

describe('the settings of the topics', () => {
  test('give the topics of the contracts when none is set', () => {
    expect(topics({})).toEqual(TOPICS);
  });

  test('reach each topic', () => {
    const env = {
      TOPIC_PARTITIONS: '24',
      RAW_RETENTION: '14d',
      ARTICLES_RETENTION: '365d',
      CHANGES_RETENTION: '36h',
      DEAD_LETTER_RETENTION: '180d',
      RAW_MAX_BYTES: '16MiB',
      RAW_DEAD_LETTER_MAX_BYTES: '17MiB',
    };
    const [raw, deadRaw, articles, , changes] = topics(env);
    expect(raw).toMatchObject({ partitions: 24, retentionMs: 14 * 86_400_000, maxMessageBytes: 16 * 1024 ** 2 });
    expect(deadRaw).toMatchObject({ partitions: 24, retentionMs: 180 * 86_400_000, maxMessageBytes: 17 * 1024 ** 2 });
    expect(articles).toMatchObject({ retentionMs: 365 * 86_400_000, maxMessageBytes: 16 * 1024 ** 2 });
    expect(changes).toMatchObject({ retentionMs: 36 * 3_600_000, maxMessageBytes: 1024 ** 2 });
  });

  test('leave the dead letters of raw articles room for the reason', () => {
    expect(keysAtFault({ RAW_MAX_BYTES: '9MiB' })).toEqual(['RAW_DEAD_LETTER_MAX_BYTES']);
    expect(keysAtFault({ RAW_DEAD_LETTER_MAX_BYTES: '8MiB' })).toEqual(['RAW_DEAD_LETTER_MAX_BYTES']);
    expect(keysAtFault({ RAW_MAX_BYTES: '9MiB', RAW_DEAD_LETTER_MAX_BYTES: '10MiB' })).toEqual([]);
  });

  test('are all named at once where they are wrong', () => {
    const env = {
      TOPIC_PARTITIONS: '0',
      RAW_RETENTION: '7',
      ARTICLES_RETENTION: '59m',
      CHANGES_RETENTION: '11000d',
      DEAD_LETTER_RETENTION: 'ever',
      RAW_MAX_BYTES: '1KiB',
      RAW_DEAD_LETTER_MAX_BYTES: '1GiB',
    };
    expect(keysAtFault(env)).toEqual(Object.keys(topicSettings).sort());
  });
});
