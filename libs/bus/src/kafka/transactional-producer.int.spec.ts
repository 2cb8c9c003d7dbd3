import { isDeepStrictEqual } from 'node:util';
import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { describeKafka, eventually, uniqueName } from '@khabar/testing';
import { Kafka, type Producer, logLevel } from 'kafkajs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collect } from '../contract/workbench.contract.ts';
import type { OutgoingRecord } from '../driver.ts';
import { KafkaAdmin } from './admin.ts';
import { readTopic } from './read-topic.ts';
import { RecordPlacer } from './record-placer.ts';
import { TransactionalProducer } from './transactional-producer.ts';

describeKafka('a transactional producer', (brokers) => {
  const settings = { brokers, clientId: 'test' };
  let admin: KafkaAdmin;
  let placer: RecordPlacer;
  let topic: TopicDefinition;
  let id: string;
  const producers: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    admin = new KafkaAdmin(settings);
    placer = new RecordPlacer(admin);
    topic = { ...RAW_ARTICLES, name: uniqueName('transactions'), partitions: 3 };
    id = uniqueName('producer');
    await admin.ensureTopics([topic]);
  });
  afterEach(async () => {
    for (const producer of producers.splice(0)) await producer.close();
    await admin.close();
  });

  async function open(): Promise<TransactionalProducer> {
    const producer = await TransactionalProducer.open(settings, id);
    producers.push(producer);
    return producer;
  }

  const records = (...names: string[]): OutgoingRecord[] =>
    names.map((name) => ({ topic: topic.name, key: name, headers: {}, value: Buffer.from(name) }));
  const commit = async (producer: TransactionalProducer, offset: bigint, ...names: string[]) =>
    producer.commit(await placer.learnAndPlace(records(...names)), [
      {
        group: id,
        topic: topic.name,
        partition: 1,
        offset,
      },
    ]);
  const committed = () => admin.committedOffset(id, topic.name, 1);
  const seen = async () => {
    const signal = AbortSignal.timeout(20_000);
    const all = await collect(readTopic(settings, admin, topic.name, { from: 'beginning', follow: false, signal }));
    return all.map(({ key }) => key).sort();
  };

  /** A moment after a commit has been answered it can be seen. */
  const becomes = <T>(look: () => Promise<T>, expected: T) =>
    eventually(async () => isDeepStrictEqual(await look(), expected));

  /** A transaction of the same id up to some step, by a process that dies then. */
  async function dieAfter(step: (producer: Producer) => Promise<void>): Promise<void> {
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ transactionalId: id });
    await producer.connect();
    await step(producer);
    await producer.disconnect();
  }
  const offsets = { consumerGroupId: '', topics: [{ topic: '', partitions: [{ partition: 1, offset: '5' }] }] };
  const ofOurs = () => ({ consumerGroupId: id, topics: [{ ...offsets.topics[0]!, topic: topic.name }] });

  it('commits one transaction right after the other', async () => {
    const producer = await open();
    for (let at = 1; at <= 20; at += 1) await commit(producer, BigInt(at), `record-${at}`, `more-${at}`);
    await becomes(committed, 20n);
    await eventually(async () => (await seen()).length === 40);
  });

  it('shows nothing of what its predecessor had sent when it died', async () => {
    await dieAfter(async (producer) => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: topic.name, messages: [{ key: 'lost', value: 'lost' }] });
    });
    await commit(await open(), 1n, 'kept');
    await becomes(seen, ['kept']);
  });

  it('shows nothing, and has committed nothing, where it died before it committed', async () => {
    await dieAfter(async (producer) => {
      const transaction = await producer.transaction();
      await transaction.sendOffsets(ofOurs());
      await transaction.send({ topic: topic.name, messages: [{ key: 'lost', value: 'lost' }] });
    });
    await open();
    await becomes(committed, null);
    await becomes(seen, []);
  });

  it('knows, once it is open, what its predecessor committed last', async () => {
    await dieAfter(async (producer) => {
      const transaction = await producer.transaction();
      await transaction.sendOffsets(ofOurs());
      await transaction.send({ topic: topic.name, messages: [{ key: 'kept', value: 'kept' }] });
      await transaction.commit();
    });
    await open();
    await becomes(committed, 5n);
    await becomes(seen, ['kept']);
  });

  it('refuses what an older one still wants to commit', async () => {
    const older = await open();
    await commit(older, 1n, 'before');
    const newer = await open();
    await expect(commit(older, 2n, 'too-late')).rejects.toMatchObject({ code: 'fenced', dependency: true });
    await becomes(committed, 1n);
    await commit(newer, 2n, 'after');
    await becomes(seen, ['after', 'before']);
  });

  it('sends all of what is more than a request, in order', async () => {
    const producer = await open();
    const value = Buffer.alloc(300_000, 'x');
    const many = Array.from({ length: 40 }, (_, at) => ({ ...records('one')[0]!, headers: { at: String(at) }, value }));
    await producer.commit(await placer.learnAndPlace(many), [
      { group: id, topic: topic.name, partition: 1, offset: 1n },
    ]);
    const signal = AbortSignal.timeout(20_000);
    const look = () => collect(readTopic(settings, admin, topic.name, { from: 'beginning', follow: false, signal }));
    await eventually(async () => (await look()).length === many.length);
    expect((await look()).map(({ headers }) => headers['at'])).toEqual(many.map(({ headers }) => headers.at));
  });
});
