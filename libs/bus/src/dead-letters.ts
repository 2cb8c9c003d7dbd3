import { createHash } from 'node:crypto';
import {
  type DeadLetterReason,
  KhabarError,
  REJECTED_INPUT_HEAD_BYTES,
  type SettledAs,
  type TopicDefinition,
  deadLetterTopic,
  fromDeadLetterHeaders,
  fromShorteningHeaders,
  isReasonHeader,
  toDeadLetterHeaders,
  toSettlementHeaders,
  toShorteningHeaders,
} from '@khabar/contracts';
import type { ForeignParts, StoredRecord } from './log-state.ts';
import type { OutgoingRecord } from './driver.ts';

/** Longest message in a dead letter's headers, in UTF-16 units: errors of databases may carry whole statements. */
const MAX_MESSAGE_LENGTH = 1000;
/** How many of a record's headers a shortened dead letter keeps, each of up to so many units as a message: CloudEvents has ten. */
const MAX_SHORT_HEADERS = 32;

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
    headers: { ...withoutReason(record.headers), ...toDeadLetterHeaders({ ...reason, message }) },
    value: record.value,
    ...foreignWithoutReason(record.foreign),
  };
}

/**
 * A dead letter for a topic that does not take the whole one: the first 64 KiB of the value with its size and hash, and as many of the
 * headers as are small. Such a record is another program's, which compressed what we may not: ours are measured before they are sent.
 */
export function shortDeadLetterOf(
  topic: TopicDefinition,
  { key, headers, value, foreign }: Pick<OutgoingRecord, 'key' | 'headers' | 'value' | 'foreign'>,
  reason: DeadLetterReason,
): OutgoingRecord {
  const whole = value ?? Buffer.alloc(0);
  const small = Object.entries(headers).filter(([, text]) => text.length <= MAX_MESSAGE_LENGTH);
  const letter = deadLetterOf(
    topic,
    {
      key: (key?.length ?? 0) <= MAX_MESSAGE_LENGTH ? key : null,
      headers: Object.fromEntries(small.slice(0, MAX_SHORT_HEADERS)),
      value: whole.subarray(0, REJECTED_INPUT_HEAD_BYTES),
      ...(foreign?.key && foreign.key.length <= MAX_MESSAGE_LENGTH && { foreign: { key: foreign.key } }),
    },
    reason,
  );
  const shortening = { bytes: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };
  return { ...letter, headers: { ...letter.headers, ...toShorteningHeaders(shortening) } };
}

/**
 * The record that became a dead letter, as it was, for the topic that it was on.
 * @throws KhabarError `not-replayable` where it never was on one
 */
export function originalOf(letter: StoredRecord): OutgoingRecord {
  const topic = fromDeadLetterHeaders(letter.headers)?.origin?.topic;
  if (topic === undefined || `${topic}.dead-letter` !== letter.topic) {
    throw new KhabarError('not-replayable', `What ${letter.topic} tells of here never was on a topic`);
  }
  const shortening = fromShorteningHeaders(letter.headers);
  if (shortening !== null) {
    throw new KhabarError(
      'not-replayable',
      `Of a value of ${shortening.bytes} bytes this dead letter has the first only`,
    );
  }
  return {
    topic,
    key: letter.key,
    headers: withoutReason(letter.headers),
    value: letter.value,
    ...foreignWithoutReason(letter.foreign),
  };
}

/** The record that settles a dead letter; see `Settlement` of the contracts. */
export function markerOf(
  { topic, partition, offset, key, foreign }: StoredRecord,
  as: SettledAs,
  at: string,
): OutgoingRecord {
  const headers = toSettlementHeaders({ partition, offset: String(offset), as, at });
  return { topic, key, headers, value: null, ...(foreign?.key && { foreign: { key: foreign.key } }) };
}

function withoutReason<V>(headers: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isReasonHeader(name)));
}

/** Foreign headers stand in the place of those of their names, so that one named like the reason's would hide it. */
function foreignWithoutReason(foreign: ForeignParts | undefined): { foreign?: ForeignParts } {
  if (!foreign) return {};
  const headers = withoutReason(foreign.headers ?? {});
  const kept = { ...(foreign.key && { key: foreign.key }), ...(Object.keys(headers).length > 0 && { headers }) };
  return Object.keys(kept).length > 0 ? { foreign: kept } : {};
}
