import { Type, type Static } from 'typebox';
import { compileValidator, instant, orNull, sha256, uuid } from './schema.ts';

/** Why and where an event was given up: the `khabar-*` headers of a dead letter, beside the original headers and value. */
export interface DeadLetterReason {
  /** A KhabarError's code. */
  readonly code: string;
  readonly message: string;
  /** How often the work was tried, from 1. */
  readonly attempts: number;
  readonly service: string;
  readonly version: string;
  /** Topic, partition and offset of the event; null where it never reached the topic. */
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: string } | null;
  /** First and last try, RFC 3339 UTC. */
  readonly firstAt: string;
  readonly lastAt: string;
}

const PREFIX = 'khabar-';

/** The reason as Kafka headers. */
export function toDeadLetterHeaders(reason: DeadLetterReason): Record<string, string> {
  return {
    [`${PREFIX}code`]: reason.code,
    [`${PREFIX}message`]: reason.message,
    [`${PREFIX}attempts`]: String(reason.attempts),
    [`${PREFIX}service`]: reason.service,
    [`${PREFIX}version`]: reason.version,
    ...(reason.origin && {
      [`${PREFIX}topic`]: reason.origin.topic,
      [`${PREFIX}partition`]: String(reason.origin.partition),
      [`${PREFIX}offset`]: reason.origin.offset,
    }),
    [`${PREFIX}first-at`]: reason.firstAt,
    [`${PREFIX}last-at`]: reason.lastAt,
  };
}

/** The reason out of a dead letter's headers; null where they are none of ours. */
export function fromDeadLetterHeaders(headers: Readonly<Record<string, string>>): DeadLetterReason | null {
  const code = headers[`${PREFIX}code`];
  if (code === undefined) return null;
  const topic = headers[`${PREFIX}topic`];
  return {
    code,
    message: headers[`${PREFIX}message`] ?? '',
    attempts: Number(digits(headers[`${PREFIX}attempts`], '1')),
    service: headers[`${PREFIX}service`] ?? '',
    version: headers[`${PREFIX}version`] ?? '',
    origin:
      topic === undefined
        ? null
        : {
            topic,
            partition: Number(digits(headers[`${PREFIX}partition`], '0')),
            offset: digits(headers[`${PREFIX}offset`], '0'),
          },
    firstAt: headers[`${PREFIX}first-at`] ?? '',
    lastAt: headers[`${PREFIX}last-at`] ?? '',
  };
}

function digits(found: string | undefined, otherwise: string): string {
  return found !== undefined && /^\d+$/.test(found) ? found : otherwise;
}

/** What a dead letter tells of a value that its topic did not take: it then holds no more than the value's first 64 KiB. */
export interface Shortening {
  /** Size of the value in bytes. */
  readonly bytes: number;
  /** Of the value, in lower-case hex. */
  readonly sha256: string;
}

/** The shortening as Kafka headers. */
export function toShorteningHeaders({ bytes, sha256 }: Shortening): Record<string, string> {
  return { [`${PREFIX}value-bytes`]: String(bytes), [`${PREFIX}value-sha256`]: sha256 };
}

/** The shortening out of a dead letter's headers; null where the value is whole. */
export function fromShorteningHeaders(headers: Readonly<Record<string, string>>): Shortening | null {
  const sha256 = headers[`${PREFIX}value-sha256`];
  if (sha256 === undefined) return null;
  return { bytes: Number(digits(headers[`${PREFIX}value-bytes`], '0')), sha256 };
}

const REASON_HEADERS: ReadonlySet<string> = new Set(
  [
    ...['code', 'message', 'attempts', 'service', 'version', 'topic', 'partition', 'offset', 'first-at', 'last-at'],
    ...['value-bytes', 'value-sha256'],
  ].map((name) => PREFIX + name),
);

/** Whether a dead letter's header tells of the reason, and was not among the original ones. */
export function isReasonHeader(name: string): boolean {
  return REASON_HEADERS.has(name);
}

/** What became of a dead letter. */
export type SettledAs = 'replayed' | 'discarded';

/**
 * That a dead letter is settled: the headers of a marker, a record without value on the same topic under the same key, and so behind
 * it in its partition, unless the number of partitions has changed since.
 */
export interface Settlement {
  /** Place of the settled dead letter in its topic. */
  readonly partition: number;
  readonly offset: string;
  readonly as: SettledAs;
  /** RFC 3339 UTC. */
  readonly at: string;
}

/** The settlement as Kafka headers. */
export function toSettlementHeaders({ partition, offset, as, at }: Settlement): Record<string, string> {
  return {
    [`${PREFIX}settles`]: offset,
    [`${PREFIX}settles-partition`]: String(partition),
    [`${PREFIX}settled-as`]: as,
    [`${PREFIX}settled-at`]: at,
  };
}

/** The settlement out of a marker's headers; null where the record is none. */
export function fromSettlementHeaders(headers: Readonly<Record<string, string>>): Settlement | null {
  const offset = headers[`${PREFIX}settles`] ?? '';
  const partition = headers[`${PREFIX}settles-partition`] ?? '';
  const as = headers[`${PREFIX}settled-as`];
  if (!/^\d{1,19}$/.test(offset) || !/^\d{1,9}$/.test(partition)) return null;
  if (as !== 'replayed' && as !== 'discarded') return null;
  return { partition: Number(partition), offset, as, at: headers[`${PREFIX}settled-at`] ?? '' };
}

/** How many bytes of an input over a limit its dead letter keeps. */
export const REJECTED_INPUT_HEAD_BYTES = 64 * 1024;

/**
 * Data of a dead letter of the fetcher's own: an input that could not become a raw article (too large, an entry without
 * identity). Its value is this reference, for the input itself may be gigabytes.
 */
export const RejectedInputSchema = Type.Object(
  {
    sourceId: uuid(),
    url: orNull(Type.String()),
    path: orNull(Type.String({ description: "A file's path relative to its source" })),
    fetchedAt: instant(),
    bytes: orNull(
      Type.Integer({ minimum: 0, description: 'Size of the input; null where reading stopped before its end' }),
    ),
    sha256: orNull(sha256()),
    head: Type.String({ description: 'The first 64 KiB, base64' }),
  },
  { $id: 'urn:khabar:schema:khabar.rejected-input.v1', title: 'RejectedInput' },
);

/** See {@link RejectedInputSchema}. */
export type RejectedInput = Static<typeof RejectedInputSchema>;

/** Compiled form of {@link RejectedInputSchema}. */
export const rejectedInputValidator = compileValidator('rejected input', RejectedInputSchema);

/** A rejected input for documentation and tests. */
export const rejectedInputExample: RejectedInput = {
  sourceId: '00000000-0000-5000-8000-000000000000',
  url: null,
  path: 'huge.txt',
  fetchedAt: '2026-03-14T09:30:00.000Z',
  bytes: 52_428_800,
  sha256: '0'.repeat(64),
  head: '',
};
