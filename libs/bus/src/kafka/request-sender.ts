import { KhabarError } from '@khabar/contracts';
import type { Message, Sender } from 'kafkajs';
import { COMPRESSION } from './compression.ts';
import type { Cut, CutLimits } from './cut-requests.ts';
import type { PlacedRecord } from './record-placer.ts';
import { toMessage } from './records.ts';

/** What a request may hold; brokers take up to 100 MiB. */
export const REQUEST_LIMITS: CutLimits = { requestBytes: 4 * 1024 * 1024, batchRecords: 1_000 };

/** A batch as it stands in its partition. */
export interface AppendedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly recordCount: number;
}

/**
 * Sends requests, one after the other, over one kafkajs producer or its transactions, and makes sure of each batch: where a leader moves
 * between the tries of one request, kafkajs may never send the moved partition's batch and still resolve.
 */
export class RequestSender {
  /** The first offset of the last batch of each partition. */
  readonly #lastOffsets = new Map<string, bigint>();

  /** @throws KhabarError `not-acknowledged` when the broker has not taken a batch as one of its own; else what kafkajs throws */
  async send(over: Pick<Sender, 'sendBatch'>, cuts: readonly Cut<PlacedRecord>[]): Promise<AppendedBatch[]> {
    const messages = new Map<string, Message[]>();
    for (const { topic, partition, records } of cuts) {
      const ofTopic = messages.get(topic) ?? [];
      for (const { record, timestampMs } of records) ofTopic.push(toMessage(record, partition, timestampMs));
      messages.set(topic, ofTopic);
    }
    const answers = await over.sendBatch({
      acks: -1,
      compression: COMPRESSION,
      topicMessages: [...messages].map(([topic, ofTopic]) => ({ topic, messages: ofTopic })),
    });
    return cuts.map(({ topic, partition, records }) => {
      const answer = answers.find((each) => each.topicName === topic && each.partition === partition);
      const offset = BigInt(answer?.baseOffset ?? -1);
      const place = `${partition} ${topic}`;
      // at or below an earlier batch's offset: the answer to that one, repeated for what looked like its duplicate
      if (offset <= (this.#lastOffsets.get(place) ?? -1n)) {
        const which = `a batch for ${topic}, partition ${partition}`;
        throw new KhabarError('not-acknowledged', `Kafka has not acknowledged ${which}`, { dependency: true });
      }
      this.#lastOffsets.set(place, offset);
      return { topic, partition, firstOffset: offset, recordCount: records.length };
    });
  }
}
