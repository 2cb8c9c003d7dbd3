import { appendFileSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type KafkaMessage } from 'kafkajs';

const { CompressionCodecs, CompressionTypes, Kafka } = kafkajs;
const { KAFKA_BROKERS = 'localhost:9092', GROUP = 'my-newsroom', TOPIC = 'news.articles.v1', ...env } = process.env;
const { SINCE, OUTPUT = 'articles.jsonl' } = env; // such as 2026-03-01T00:00:00Z

const compress = ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer);
CompressionCodecs[CompressionTypes.ZSTD] = () => ({ compress, decompress: promisify(zstdDecompress) });
const kafka = new Kafka({ clientId: GROUP, brokers: KAFKA_BROKERS.split(',') });
const consumer = kafka.consumer({ groupId: GROUP, readUncommitted: false, maxWaitTimeInMs: 500 });

// Here the effect of an event is a line, which also says that it is done; with a database it is a row, and a unique ce_id beside it.
const lines: string[] = readFileSync(openSync(OUTPUT, 'a+'), 'utf8').match(/[^\n]*\n/g) ?? [];
truncateSync(OUTPUT, Buffer.byteLength(lines.join(''))); // the last one may have been cut short: its event comes again
const done = new Set(lines.map((line) => (JSON.parse(line) as { ce_id: string }).ce_id));

function take({ headers, value }: KafkaMessage): void {
  const id = headers?.['ce_id']?.toString();
  if (headers?.['ce_type']?.toString() !== 'news.articles.v1' || id === undefined || value === null) return;
  if (done.has(id)) return; // it came again
  const article = JSON.parse(value.toString()) as { fetchedAt: string; title: string | null };
  appendFileSync(OUTPUT, `${JSON.stringify({ ce_id: id, ...article })}\n`, { flush: true });
  done.add(id);
  console.log(article.fetchedAt, article.title);
}

/** Lets the group begin at an instant, in the partitions where it has never been. */
async function beginAt(instant: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const ask = () => admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
  const [committed] = await ask().catch(() => setTimeout(1_000).then(ask)); // a cluster's first group has to wait
  const known = committed!.partitions.filter(({ offset }) => offset !== '-1').map(({ partition }) => partition);
  const offsets = await admin.fetchTopicOffsetsByTimestamp(TOPIC, Date.parse(instant));
  const partitions = offsets.filter(({ partition }) => !known.includes(partition));
  if (partitions.length > 0) await admin.setOffsets({ groupId: GROUP, topic: TOPIC, partitions });
  await admin.disconnect();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => consumer.disconnect()); // finishes its batch
if (SINCE) await beginAt(SINCE);
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, heartbeat, isStale }) => {
    for (const message of batch.messages) {
      if (isStale()) return; // the partition is another's now: what is not committed comes again there
      take(message);
      await heartbeat();
    }
    const { topic, partition } = batch;
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(batch.lastOffset()) + 1n) }]);
  },
});
