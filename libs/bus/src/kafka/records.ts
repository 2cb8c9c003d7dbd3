import { isUtf8 } from 'node:buffer';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { ConsumedRecord, OutgoingRecord } from '../driver.ts';

/** The last instant of ECMAScript (21.4.1.1). */
const LAST_INSTANT_MS = 8.64e15;

/** A record as kafkajs sends it, with the time of sending or another one. */
export function toMessage(
  { key, headers, value, foreign }: OutgoingRecord,
  partition: number,
  timestampMs?: number,
): Message {
  const foreignHeaders = foreign?.headers as Record<string, Buffer[]> | undefined;
  return {
    partition,
    key: foreign?.key ?? key,
    value,
    headers: foreignHeaders ? { ...headers, ...foreignHeaders } : headers,
    ...(timestampMs !== undefined && { timestamp: String(timestampMs) }),
  };
}

/** A record as kafkajs received it. A header without value counts as empty: kafkajs cannot send one. */
export function fromMessage(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  const { texts, others } = splitHeaders(message.headers ?? {});
  const foreignKey = message.key !== null && !isUtf8(message.key) ? message.key : null;
  const record = {
    topic,
    partition,
    offset: BigInt(message.offset),
    appendedAt: instantOf(message.timestamp),
    key: message.key === null ? null : message.key.toString(),
    headers: texts,
    value: message.value,
  };
  if (foreignKey === null && others === null) return record;
  return { ...record, foreign: { ...(foreignKey && { key: foreignKey }), ...(others && { headers: others }) } };
}

/** What was sent together has the same time, and to write one out takes a fifth of the work on a record. */
let lastTimestamp = '0';
let lastInstant = new Date(0).toISOString();

/** Other programs may claim any time, also one that no date can have. */
function instantOf(timestamp: string): string {
  if (timestamp !== lastTimestamp) {
    lastTimestamp = timestamp;
    lastInstant = new Date(Math.min(Math.max(Number(timestamp), -LAST_INSTANT_MS), LAST_INSTANT_MS)).toISOString();
  }
  return lastInstant;
}

/** Goes by as little as it can: each event has ten headers, nearly always one UTF-8 text each. */
function splitHeaders(headers: IHeaders) {
  const texts: Record<string, string> = {};
  let others: Record<string, Buffer[]> | null = null;
  for (const name in headers) {
    const found = headers[name];
    const text = Buffer.isBuffer(found) ? found.toString() : null;
    // what is not UTF-8 is decoded with replacement characters, and hardly anything else has one
    if (text !== null && !text.includes(REPLACEMENT)) {
      texts[name] = text;
      continue;
    }
    const values = [found].flat().map((value) => Buffer.from(value ?? ''));
    texts[name] = values.at(-1)!.toString();
    if (values.length > 1 || !isUtf8(values[0]!)) (others ??= {})[name] = values;
  }
  return { texts, others };
}

const REPLACEMENT = '\u{fffd}';
