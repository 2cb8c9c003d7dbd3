import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TopicState } from '@khabar/bus';
import { DEFAULT_TOPIC_SETTINGS, RAW_ARTICLES, TOPICS, topicsFor } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { checkClock, checkDataFolder, checkNode, checkPostgresVersion, checkServices, checkTopics } from './checks.ts';
import type { ServiceHealth } from './service-health.ts';

const asContracted: TopicState[] = TOPICS.map(({ name, partitions, retentionMs, maxMessageBytes }) => ({
  name,
  partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, startOffset: 0n, endOffset: 0n })),
  retentionMs,
  maxMessageBytes,
  compression: 'producer',
}));

function withRaw(change: Partial<TopicState>): TopicState[] {
  return asContracted.map((topic) => (topic.name === RAW_ARTICLES.name ? { ...topic, ...change } : topic));
}

describe('checkTopics', () => {
  it('is content with topics as the settings say, and says so in one line', () => {
    expect(checkTopics(asContracted, TOPICS)).toMatchObject([{ result: 'ok', name: 'topics' }]);
  });

  it('passes over topics that no service has made yet', () => {
    expect(checkTopics([], TOPICS)).toMatchObject([{ result: 'skipped' }]);
  });

  it('fails when one is missing', () => {
    expect(checkTopics(asContracted.slice(1), TOPICS)).toMatchObject([
      { result: 'failed', name: 'topic news.raw.v1', detail: 'does not exist' },
    ]);
  });

  it('fails on another number of partitions, and on records that would not fit', () => {
    const one = [{ partition: 0, startOffset: 0n, endOffset: 0n }];
    expect(checkTopics(withRaw({ partitions: one }), TOPICS)).toMatchObject([
      { result: 'failed', detail: 'has 1 partitions, not 12' },
    ]);
    expect(checkTopics(withRaw({ maxMessageBytes: 1_000_000 }), TOPICS)).toMatchObject([
      { result: 'failed', advice: 'set its max.message.bytes to 8388608' },
    ]);
  });

  it('only warns of another retention, which may be meant', () => {
    expect(checkTopics(withRaw({ retentionMs: 86_400_000 }), TOPICS)).toMatchObject([
      { result: 'warning', detail: 'keeps records 1 days, not 7 days' },
    ]);
    expect(checkTopics(withRaw({ retentionMs: -1 }), TOPICS)).toMatchObject([
      { detail: 'keeps records for ever, not 7 days' },
    ]);
  });

  it('only warns of a topic that takes more than it need', () => {
    expect(checkTopics(withRaw({ maxMessageBytes: 9_000_000 }), TOPICS)).toMatchObject([
      { result: 'warning', detail: 'takes records of up to 9000000 bytes, not 8388608' },
    ]);
  });

  it('fails where the broker compresses in a way that cannot be read, and warns of another', () => {
    expect(checkTopics(withRaw({ compression: 'lz4' }), TOPICS)).toMatchObject([
      { result: 'failed', advice: 'set its compression.type to producer' },
    ]);
    expect(checkTopics(withRaw({ compression: 'gzip' }), TOPICS)).toMatchObject([{ result: 'warning' }]);
    expect(checkTopics(withRaw({ compression: null }), TOPICS)).toMatchObject([{ result: 'ok' }]);
  });

  it('tells all in which a topic differs', () => {
    const found = checkTopics(withRaw({ partitions: [], maxMessageBytes: 1, retentionMs: 1 }), TOPICS);
    expect(found.map(({ result }) => result)).toEqual(['failed', 'failed', 'warning']);
  });

  it('compares with what the settings say', () => {
    const wanted = topicsFor({ ...DEFAULT_TOPIC_SETTINGS, rawRetentionMs: 86_400_000 });
    expect(checkTopics(withRaw({ retentionMs: 86_400_000 }), wanted)).toMatchObject([{ result: 'ok' }]);
    expect(checkTopics(asContracted, wanted)).toMatchObject([{ detail: 'keeps records 7 days, not 1 days' }]);
  });

  it('does not judge what the driver does not tell', () => {
    expect(checkTopics(withRaw({ retentionMs: null, maxMessageBytes: null }), TOPICS)).toMatchObject([
      { result: 'ok' },
    ]);
  });
});

describe('checkServices', () => {
  const service = (state: ServiceHealth['state'], name: ServiceHealth['name'] = 'store'): ServiceHealth => {
    return { name, url: 'http://127.0.0.1:3003', state, dependencies: [], detail: 'postgres: away' };
  };

  it('takes it for no fault that nothing runs', () => {
    expect(checkServices([service('unreachable'), service('unreachable', 'fetcher')])).toMatchObject([
      { result: 'skipped', advice: 'npm start' },
      { result: 'skipped' },
    ]);
  });

  it('takes it for a fault that some run and others do not', () => {
    expect(checkServices([service('ready'), service('unreachable', 'fetcher')])).toMatchObject([
      { result: 'ok' },
      { result: 'failed', name: 'fetcher' },
    ]);
  });

  it('says what a service that is not ready waits for, and that a port is taken', () => {
    expect(checkServices([service('not-ready'), service('foreign', 'parser')])).toMatchObject([
      { result: 'failed', detail: 'at http://127.0.0.1:3003 is not ready: postgres: away' },
      { result: 'failed', detail: 'port 3003 is used by another program', advice: 'stop that, or set PARSER_PORT' },
    ]);
  });
});

describe('the other checks', () => {
  it('ask for Node 24 or newer', () => {
    expect(checkNode('24.21.0').result).toBe('ok');
    expect(checkNode('26.10.0').result).toBe('ok');
    expect(checkNode('20.20.2')).toMatchObject({ result: 'failed', detail: '20.20.2 is older than 24' });
  });

  it('ask for Postgres 18 or newer', () => {
    expect(checkPostgresVersion(180_004, 'db:5432/khabar')).toMatchObject({
      result: 'ok',
      detail: '18.4 at db:5432/khabar',
    });
    expect(checkPostgresVersion(170_002, 'db:5432/khabar')).toMatchObject({
      result: 'failed',
      detail: '17.2 at db:5432/khabar is older than 18',
    });
  });

  it('warn of clocks that are apart', () => {
    expect(checkClock(1_000, 2_500).result).toBe('ok');
    expect(checkClock(10_000, 1_000)).toMatchObject({ result: 'warning' });
  });

  it('accept a data folder that is still to be made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'khabar-doctor-'));
    try {
      expect(await checkDataFolder(join(folder, 'not/yet'))).toMatchObject({ result: 'ok' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuse a data folder that is a file', async () => {
    expect(await checkDataFolder(join(import.meta.filename, 'data'))).toMatchObject({ result: 'failed' });
  });
});
