import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, uniqueName } from '@khabar/testing';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../driver.ts';
import { openPool } from './database.ts';
import { Log, type LogTopic } from './log.ts';
import { migrate } from './migrate.ts';

const GROUP = 'group';

describe('appending within a commit', () => {
  let database: TestDatabase;
  let pool: Pool;
  let log: Log;
  let topic: LogTopic;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = openPool({ databaseUrl: database.url, clientId: 'commit-spec', maxConnections: 4 });
    await migrate(pool);
    log = new Log(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    const definition: TopicDefinition = { ...RAW_ARTICLES, name: uniqueName('log'), partitions: 1 };
    await log.createTopic(definition);
    topic = await log.topic(definition.name);
    await pool.query(
      'insert into bus.group_offset (group_name, topic_id, partition, next_offset, owner, epoch) values ($1, $2, 0, 5, 1, 3)',
      [GROUP, topic.id],
    );
  });

  const record = (): OutgoingRecord => ({ topic: topic.name, key: 'key', headers: {}, value: Buffer.from('{}') });
  const commit = (epoch: bigint, nextOffset: bigint, outputs = [record(), record()]) =>
    log.commitWith(topic, GROUP, 0, epoch, nextOffset, outputs);
  const end = async () => (await log.bounds(topic))[0]!.endOffset;
  const committed = async () => {
    const { rows } = await pool.query('select next_offset from bus.group_offset where topic_id = $1', [topic.id]);
    return rows[0].next_offset as string;
  };

  it('does both', async () => {
    expect(await commit(3n, 7n)).toBe(true);
    expect([await end(), await committed()]).toEqual([2n, '7']);
  });

  it('does neither when the partition has another owner by now', async () => {
    expect(await commit(2n, 7n)).toBe(false);
    expect([await end(), await committed()]).toEqual([0n, '5']);
  });

  it('does neither when a record is refused', async () => {
    await expect(commit(3n, 7n, [record(), { ...record(), key: '\0' }])).rejects.toMatchObject({
      code: 'invalid-record',
    });
    expect([await end(), await committed()]).toEqual([0n, '5']);
  });

  it('does it once, however often it is asked to', async () => {
    await Promise.all([commit(3n, 7n), commit(3n, 7n)]);
    expect(await commit(3n, 7n)).toBe(true);
    expect([await end(), await committed()]).toEqual([2n, '7']);
  });
});
