import { isDeepStrictEqual } from 'node:util';
import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { describeKafka, eventually, uniqueName } from '@khabar/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collect } from '../contract/workbench.contract.ts';
import type { OutgoingRecord } from '../driver.ts';
import { KafkaAdmin } from './admin.ts';
import { readTopic } from './read-topic.ts';
import { RecordPlacer } from './record-placer.ts';
import { TransactionalCommits } from './transactional-commits.ts';

describeKafka('committing together with what came of it', (brokers) => {
  const settings = { brokers, clientId: 'test' };
  let admin: KafkaAdmin;
  let topic: TopicDefinition;
  let group: string;
  const opened: TransactionalCommits[] = [];

  beforeEach(async () => {
    admin = new KafkaAdmin(settings);
    topic = { ...RAW_ARTICLES, name: uniqueName('commits'), partitions: 2 };
    group = uniqueName('group');
    await admin.ensureTopics([topic]);
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await admin.close();
  });

  const newCommits = () => {
    const placer = new RecordPlacer(admin);
    const commits = new TransactionalCommits(settings, admin, placer, { group, topic: topic.name, partition: 1 });
    opened.push(commits);
    return commits;
  };
  /** What a new owner of the partition commits with, who begins where the one before is to have ended. */
  async function takeOver(at: bigint): Promise<TransactionalCommits> {
    const commits = newCommits();
    expect(await commits.begin()).toBe(at);
    return commits;
  }
  const output = (key: string): OutgoingRecord[] => [{ topic: topic.name, key, headers: {}, value: Buffer.from(key) }];
  const seen = async () => {
    const signal = AbortSignal.timeout(20_000);
    const all = await collect(readTopic(settings, admin, topic.name, { from: 'beginning', follow: false, signal }));
    return all.map(({ key }) => key).sort();
  };
  /** A moment after a commit has been answered the group's offset and the outputs are what they are. */
  const standsAt = (offset: bigint | null, keys: string[]) =>
    eventually(async () =>
      isDeepStrictEqual([await admin.committedOffset(group, topic.name, 1), await seen()], [offset, keys]),
    );

  it('does both, and once, however often it is asked to', async () => {
    const owner = await takeOver(0n);
    await owner.commit(5n, output('a'));
    await owner.commit(5n, output('a'));
    await owner.commit(7n, output('b'));
    await standsAt(7n, ['a', 'b']);
  });

  it('refuses what an owner still wants to commit whose partition is another’s', async () => {
    const older = await takeOver(0n);
    await older.commit(5n, output('a'));
    await (await takeOver(5n)).commit(8n, output('b'));
    await expect(older.commit(6n, output('too-late'))).rejects.toMatchObject({ code: 'fenced' });
    await expect(older.commit(6n, output('too-late'))).rejects.toMatchObject({ code: 'overtaken' });
    await standsAt(8n, ['a', 'b']);
  });

  it('finds out that a commit counted of which it got no answer', async () => {
    const owner = await takeOver(0n);
    await owner.commit(5n, output('a'));
    await (await takeOver(5n)).commit(6n, output('b')); // stands for its own, of which the answer was lost
    await expect(owner.commit(6n, output('b'))).rejects.toMatchObject({ code: 'fenced' });
    expect(owner.unsure).toBe(true);
    await owner.commit(6n, output('b'));
    expect(owner.unsure).toBe(false);
    await owner.commit(7n, output('c'));
    await standsAt(7n, ['a', 'b', 'c']);
  });

  it('begins nothing any more once it is closed, also while it begins', async () => {
    const owner = newCommits();
    const beginning = expect(owner.begin()).rejects.toMatchObject({ code: 'bus-closed' });
    await owner.close();
    await beginning;
    await expect(owner.begin()).rejects.toMatchObject({ code: 'bus-closed' });
  });

  it('does neither when an output is refused for good', async () => {
    const owner = await takeOver(0n);
    const large = { ...output('large')[0]!, value: Buffer.alloc(9 * 1024 * 1024) };
    await expect(owner.commit(5n, [...output('a'), large])).rejects.toMatchObject({ code: 'record-too-large' });
    await standsAt(null, []);
  });
});
