import type { TopicDefinition } from '@khabar/contracts';
import { describeKafka, uniqueName } from '@khabar/testing';
import { type Admin, Kafka, Partitioners, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../driver.ts';
import { partitionOf } from '../partition.ts';
import { largestRecordBatchBytes } from '../record-size.ts';
import { KafkaAdmin } from './admin.ts';
import { KafkaSender } from './sender.ts';

const ROOM = 10_000;
const PARTITIONS = 6;

describeKafka('sending to Kafka', (brokers) => {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  let topic: TopicDefinition;
  let admin: Admin;
  let ours: KafkaAdmin;
  let sender: KafkaSender;
  /** Two partitions with one leader, so that their batches share a request. */
  let one: number;
  let other: number;

  beforeEach(async () => {
    topic = {
      name: uniqueName('sending'),
      event: null,
      key: 'any',
      partitions: PARTITIONS,
      retentionMs: 60_000,
      maxMessageBytes: ROOM,
    };
    admin = kafka.admin();
    await admin.connect();
    ours = new KafkaAdmin({ brokers, clientId: 'test' });
    sender = new KafkaSender({ brokers, clientId: 'test' }, ours);
    await ours.ensureTopics([topic]);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic.name] });
    const byLeader = Map.groupBy(topics[0]!.partitions, ({ leader }) => leader);
    [one, other] = [...byLeader.values()].find((led) => led.length > 1)!.map(({ partitionId }) => partitionId) as [
      number,
      number,
    ];
  });
  afterEach(async () => {
    await sender.close();
    await ours.close();
    await admin.disconnect();
  });

  /** Records of one partition, told by their key. */
  function records(partition: number, count: number, bytes = 100): OutgoingRecord[] {
    const keys = Array.from({ length: 50 + count * 20 }, () => uniqueName('key'));
    return keys
      .filter((key) => partitionOf(key, PARTITIONS) === partition)
      .slice(0, count)
      .map((key) => ({ topic: topic.name, key, headers: {}, value: Buffer.alloc(bytes) }));
  }

  async function stored(): Promise<bigint> {
    const [state] = await ours.topics([topic.name]);
    return state!.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n);
  }

  async function setRoom(bytes: number): Promise<void> {
    const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic.name, configEntries }] });
  }

  describe('after a batch was refused', () => {
    it("loses records that kafkajs's own producer has acknowledged", async () => {
      const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const send = (all: OutgoingRecord[]) =>
        producer.send({ topic: topic.name, messages: all.map(({ key, value }) => ({ key, value })) });
      await expect(send([...records(one, 5), ...records(other, 1, 2 * ROOM)])).rejects.toThrow();
      expect(await stored()).toBe(5n);
      await send(records(one, 5));
      expect(await stored()).toBe(5n); // resolved, and yet not there: the reason for all of this
      await producer.disconnect();
    });

    it('loses none of ours', async () => {
      await sender.send(records(one, 5));
      await setRoom(1_000); // behind the sender's back, so that it is the broker that refuses
      const refused = sender.send([...records(one, 5), ...records(other, 1, ROOM / 2)]);
      await expect(refused).rejects.toMatchObject({ code: 'record-too-large', retriable: false });
      const before = await stored();
      await sender.send(records(one, 5));
      expect(await stored()).toBe(before + 5n);
    });
  });

  it('cuts batches to the room that the topic has', async () => {
    await sender.send([...records(one, 100, 900), ...records(other, 100, 900)]);
    expect(await stored()).toBe(200n);
  });

  it('says that a record is too large for its topic, and sends none of its call', async () => {
    const refused = sender.send([...records(one, 5), ...records(other, 1, 2 * ROOM)]);
    await expect(refused).rejects.toMatchObject({ code: 'record-too-large', retriable: false, dependency: false });
    expect(await stored()).toBe(0n);
  });

  it('takes a record that just fits', async () => {
    const [record] = records(one, 1, 0);
    const room = ROOM - largestRecordBatchBytes(record!);
    await sender.send([{ ...record!, value: Buffer.alloc(room) }]);
    expect(await stored()).toBe(1n);
    await expect(sender.send([{ ...record!, value: Buffer.alloc(room + 1) }])).rejects.toMatchObject({
      code: 'record-too-large',
    });
  });

  it('sends what many callers give it at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => sender.send(records(one, 5))));
    expect(await stored()).toBe(100n);
  });
});
