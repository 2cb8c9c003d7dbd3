import { type DeadLetterReason, type TopicDefinition, deadLetterTopic, toDeadLetterHeaders } from '@khabar/contracts';
import type { OutgoingRecord } from './driver.ts';

/** Longest message in a dead letter's headers, in UTF-16 units: errors of databases may carry whole statements. */
const MAX_MESSAGE_LENGTH = 1000;

/** The record as a dead letter of its topic: what it was, with the reason beside it. */
export function deadLetterOf(
  topic: TopicDefinition,
  record: Pick<OutgoingRecord, 'key' | 'headers' | 'value' | 'foreign'>,
  reason: DeadLetterReason,
): OutgoingRecord {
  const message = reason.message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed();
  return {
    topic: deadLetterTopic(topic).name,
    key: record.key,
    headers: { ...record.headers, ...toDeadLetterHeaders({ ...reason, message }) },
    value: record.value,
    ...(record.foreign && { foreign: record.foreign }),
  };
}
