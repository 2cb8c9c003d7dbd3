import type { CloudEvent } from '@khabar/contracts';

/**
 * Publishes numbered batches, each exactly once for readers of committed records. The newest publisher of a name fences the others. One
 * whose `publish` has rejected is of no use any more: the `last` of the next one tells what became of the batch.
 *
 * Kafka forgets the number of a name that has published nothing for `offsets.retention.minutes`, a week unless set otherwise.
 */
export interface NumberedPublisher {
  /** Number of the last durable batch; null when there is none. */
  readonly last: bigint | null;
  /**
   * Resolves when the whole batch is durable under this number.
   * @throws RangeError when there are no events, or the number is negative or not above the last one
   * @throws KhabarError as `Bus.publish` does, and `fenced`, a dependency, when another has taken over
   */
  publish(number: bigint, events: readonly CloudEvent[]): Promise<void>;
  /** Idempotent; the bus closes those that are left. */
  close(): Promise<void>;
}
