import type { ConsumerConfig } from 'kafkajs';
import { COMPRESSION_RATIO } from './compression.ts';

/** How long a fetch waits for records, in milliseconds. Stopping, and the partitions that were paused, wait that long too. */
const FETCH_WAIT_MS = 200;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1_000;
const MIB = 1024 * 1024;

/**
 * How kafkajs's consumer is set where it reads a topic of so many partitions in batches of so many bytes: a fetch is bounded before it is
 * decompressed, so that it never brings much more than a batch for each partition.
 */
export function consumerSettings(partitions: number, batchMaxBytes: number) {
  return {
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: compressed(Math.min(MIB, batchMaxBytes)),
    maxBytes: compressed(Math.min(10 * MIB, batchMaxBytes * partitions)),
  } satisfies Partial<ConsumerConfig>;
}

/** How many bytes hold so many of text. */
function compressed(bytes: number): number {
  return Math.ceil(bytes / COMPRESSION_RATIO);
}
