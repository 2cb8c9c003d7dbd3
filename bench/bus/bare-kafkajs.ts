import type { CloudEvent, TopicDefinition } from '@khabar/contracts';
import { encodeEvent } from '@khabar/contracts';
import { CompressionTypes, Kafka, Partitioners, logLevel } from 'kafkajs';
import { consumerSettings } from '../../libs/bus/src/kafka/consumer-settings.ts';
import { BATCH_MAX_BYTES } from './log-of-own.ts';
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

/** What a program on kafkajs alone does to read so many events: parse each, commit each batch, with the fetch settings of our consumers. */
export async function bareConsume(
  brokers: readonly string[],
  topic: TopicDefinition,
  group: string,
  count: number,
): Promise<void> {
  const consumer = client(brokers).consumer({
    groupId: group,
    ...consumerSettings(topic.partitions, BATCH_MAX_BYTES),
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
  const all = Promise.withResolvers<void>();
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
      if (seen >= count) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
}
