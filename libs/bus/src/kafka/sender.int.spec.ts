import { randomBytes } from 'node:crypto';
import type { TopicDefinition } from '@khabar/contracts';
import { describeKafka, eventually, uniqueName } from '@khabar/testing';
import { type Admin, Kafka, Partitioners, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../driver.ts';
import { partitionOf } from '../partition.ts';
import { recordBytes, roomForRecords } from '../record-size.ts';
import { collect } from '../contract/workbench.contract.ts';
import { KafkaAdmin } from './admin.ts';
import { readTopic } from './read-topic.ts';
import { RecordPlacer } from './record-placer.ts';
import { KafkaSender } from './sender.ts';

const ROOM = 10_000;
const PARTITIONS = 6;
const WHOLE = { from: 'beginning' as const, follow: false, signal: new AbortController().signal };

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
    sender = new KafkaSender({ brokers, clientId: 'test' }, new RecordPlacer(ours), 5);
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
      .map((key) => ({ topic: topic.name, key, headers: {}, value: randomBytes(bytes) }));
  }

  async function stored(): Promise<bigint> {
    const [state] = await ours.topics([topic.name]);
    return state!.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n);
  }

  async function setRoom(bytes: number): Promise<void> {
    const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic.name, configEntries }] });
    // the broker heeds it a little later
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = [{ value: randomBytes(bytes) }];
    await eventually(() =>
      producer.send({ topic: topic.name, messages }).then(
        () => false,
        () => true,
      ),
    );
    await producer.disconnect();
  }

  it('sends before it is closed what still looks up its topic', async () => {
    let sent = false;
    const sending = sender.send(records(one, 2)).then(() => (sent = true));
    await sender.close();
    expect(sent).toBe(true);
    await sending;
    expect(await stored()).toBe(2n);
  });

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
    const room = roomForRecords(ROOM) - recordBytes(record!);
    await sender.send([{ ...record!, value: randomBytes(room) }]);
    expect(await stored()).toBe(1n);
    await expect(sender.send([{ ...record!, value: randomBytes(room + 1) }])).rejects.toMatchObject({
      code: 'record-too-large',
    });
  });

  it('sends what many callers give it at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => sender.send(records(one, 5))));
    expect(await stored()).toBe(100n);
  });

  describe('while records linger', () => {
    let patient: KafkaSender;
    beforeEach(() => {
      patient = new KafkaSender({ brokers, clientId: 'test' }, new RecordPlacer(ours), 3_600_000);
    });
    afterEach(() => patient.close());

    it('sends many small ones at once', async () => {
      await Promise.all(records(one, 100, 10).map((record) => patient.send([record])));
      const messages = await collect(readTopic({ brokers, clientId: 'test' }, ours, topic.name, WHOLE));
      expect(messages).toHaveLength(100);
      expect(new Set(messages.map(({ appendedAt }) => appendedAt)).size).toBe(1); // all records of a request bear one time
    });

    it('does not let wait what is enough by itself', async () => {
      await patient.send(records(one, 100));
      await patient.send(records(one, 60, 9_000));
      expect(await stored()).toBe(160n);
    });

    it('sends what waits when it closes', async () => {
      await patient.send(records(one, 100)); // it is connected and knows the topic
      const waiting = patient.send(records(one, 1));
      await patient.close();
      await waiting;
      expect(await stored()).toBe(101n);
    });

    it('lets fail only those that travelled with the refused one', async () => {
      await patient.send(records(one, 100));
      await setRoom(1_000);
      const keys = records(one, 1);
      const whole = Array.from({ length: 1_000 }, () => ({ ...keys[0]!, value: null })); // as many as a batch may hold
      const sends = await Promise.allSettled([
        patient.send(records(other, 1, ROOM / 2)),
        patient.send(whole),
        patient.send(records(one, 10, 1)), // so few that they surely fit
      ]);
      expect(sends).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }, { status: 'fulfilled' }]);
    });
  });
});
