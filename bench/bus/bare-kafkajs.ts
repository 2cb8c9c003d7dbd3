import type { CloudEvent, TopicDefinition } from '@khabar/contracts';
import { encodeEvent } from '@khabar/contracts';
import { CompressionTypes, Kafka, Partitioners, logLevel } from 'kafkajs';
import { readAtOnce } from '../../libs/bus/src/bytes-in-flight.ts';
import { consumerSettings } from '../../libs/bus/src/kafka/consumer-settings.ts';
import { busSettings } from './log-of-own.ts';
import { BATCH } from './throughput.ts';

function client(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], clientId: 'bench-peer', logLevel: logLevel.NOTHING });
}

/** What a program on kafkajs alone does to publish the same events in the same batches: idempotent, acks of all, zstd, the same records. */
export async function barePublish(
  brokers: readonly string[],
  topic: string,
  events: readonly CloudEvent[],
): Promise<() => Promise<void>> {
  const producer = client(brokers).producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return async () => {
    for (let at = 0; at < events.length; at += BATCH) {
      const messages = events.slice(at, at + BATCH).map((event) => ({ key: event.subject, ...encodeEvent(event) }));
      await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.ZSTD });
    }
    await producer.disconnect();
  };
}

/** What a program on kafkajs alone does to read so many events: parse each, commit each batch, with the fetch settings of our consumers; resolves with when the last was committed, by `performance.now()`. */
export async function bareConsume(
  brokers: readonly string[],
  topic: TopicDefinition,
  group: string,
  count: number,
): Promise<number> {
  const settings = busSettings({ kafkaBrokers: brokers, databaseUrl: null });
  const consumer = client(brokers).consumer({
    groupId: group,
    ...consumerSettings(topic.partitions, readAtOnce(settings, topic.partitions)),
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
  const all = Promise.withResolvers<number>();
  let seen = 0;
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: topic.partitions,
    eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary }) => {
      for (const message of batch.messages) {
        JSON.parse(message.value!.toString('utf8'));
        resolveOffset(message.offset);
      }
      const offset = String(BigInt(batch.lastOffset()) + 1n);
      await commitOffsetsIfNecessary({
        topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset }] }],
      });
      seen += batch.messages.length;
      if (seen >= count) all.resolve(performance.now());
    },
  });
  const endedAtMs = await all.promise;
  await consumer.disconnect();
  return endedAtMs;
}
