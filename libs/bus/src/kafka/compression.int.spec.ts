import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { RAW_ARTICLES, type TopicDefinition } from '@khabar/contracts';
import { describeKafka, eventually, uniqueName } from '@khabar/testing';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { byBatch } from '../contract/by-batch.contract.ts';
import { collect } from '../contract/workbench.contract.ts';
import type { Driver } from '../driver.ts';
import { openKafkaDriver } from './kafka-driver.ts';

const { CompressionCodecs, CompressionTypes } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');
const WHOLE = { from: 'beginning' as const, follow: false, signal: new AbortController().signal };

/** The snappy of who compresses nothing: a length, and all bytes as one literal of up to 60 (format_description.txt). */
const literally = ({ buffer }: { buffer: Buffer }) =>
  Buffer.concat([Buffer.from([buffer.length, (buffer.length - 1) << 2]), buffer]);

describeKafka('compression', (brokers) => {
  let driver: Driver;
  let topic: TopicDefinition;
  beforeEach(async () => {
    driver = openKafkaDriver({ brokers, clientId: 'test', lingerMs: 0 });
    topic = { ...RAW_ARTICLES, name: uniqueName('compression'), partitions: 1 };
    await driver.ensureTopics([topic]);
  });
  afterEach(() => driver.close());

  const read = () => collect(driver.read(topic.name, WHOLE));

  async function sendForeign(compression: number, value: Buffer): Promise<void> {
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: topic.name, compression, messages: [{ key: null, value }] });
    await producer.disconnect();
  }

  it('carries what can and what cannot be compressed', async () => {
    const values = [Buffer.alloc(1_000_000, 'ख'), randomBytes(1_000_000), Buffer.alloc(0), null];
    await driver.send(values.map((value) => ({ topic: topic.name, key: 'one', headers: {}, value })));
    expect((await read()).map(({ value }) => value)).toEqual(values);
  });

  it('reads what others compressed with gzip, or not at all', async () => {
    await sendForeign(CompressionTypes.GZIP, Buffer.from('gzip'));
    await sendForeign(CompressionTypes.None, Buffer.from('none'));
    expect((await read()).map(({ value }) => value!.toString())).toEqual(['gzip', 'none']);
  });

  it('is never what brokers are told to compress with', async () => {
    expect(await driver.topics([topic.name])).toMatchObject([{ compression: 'producer' }]);
  });

  it('says what it cannot read, and reads on where that has been mended', async () => {
    const ours = CompressionCodecs[CompressionTypes.Snappy];
    try {
      CompressionCodecs[CompressionTypes.Snappy] = () => ({
        compress: async (from: { buffer: Buffer }) => literally(from),
      });
      await sendForeign(CompressionTypes.Snappy, Buffer.from('snappy'));
    } finally {
      CompressionCodecs[CompressionTypes.Snappy] = ours;
    }
    await expect(read()).rejects.toMatchObject({ code: 'unsupported-compression' });

    const heard: unknown[] = [];
    const consumed: string[] = [];
    const subscription = await driver.consume({
      topic,
      group: uniqueName('group'),
      maxEvents: 10,
      maxBytes: 1_000_000,
      transactions: false,
      onDisturbance: (_, error) => heard.push(error),
      begin: byBatch(async ({ records, commit }) => {
        consumed.push(...records.map(({ value }) => value!.toString()));
        await commit(records.at(-1)!.offset + 1n);
      }),
    });
    await eventually(() => heard.length > 1); // built anew, it meets the same record
    expect(await driver.health()).toMatchObject({
      up: false,
      detail: expect.stringContaining('unsupported-compression'),
    });
    expect(heard[0]).toMatchObject({ code: 'unsupported-compression', message: expect.stringContaining('snappy') });
    try {
      CompressionCodecs[CompressionTypes.Snappy] = () => ({ decompress: async (buffer: Buffer) => buffer.subarray(2) });
      await eventually(() => consumed.length > 0);
      expect(consumed).toEqual(['snappy']);
    } finally {
      CompressionCodecs[CompressionTypes.Snappy] = ours;
      await subscription.close();
    }
  });
});
