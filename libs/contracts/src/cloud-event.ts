import type { TSchema } from 'typebox';
import { type Article, ArticleSchema, articleExample, articleValidator } from './article.ts';
import {
  type ArticleChange,
  ArticleChangeSchema,
  articleChangeExample,
  articleChangeValidator,
} from './article-change.ts';
import { articleEventId, changeEventId, rawEventId } from './article-id.ts';
import {
  type RejectedInput,
  RejectedInputSchema,
  rejectedInputExample,
  rejectedInputValidator,
} from './dead-letter.ts';
import { KhabarError } from './khabar-error.ts';
import { type RawArticle, RawArticleSchema, rawArticleExample, rawArticleValidator } from './raw-article.ts';
import type { Validator } from './schema.ts';
import type { EventType } from './topics.ts';

/** The data of each event type. */
export interface EventData {
  'news.raw.v1': RawArticle;
  'news.articles.v1': Article;
  'news.changes.v1': ArticleChange;
  'khabar.rejected-input.v1': RejectedInput;
}

/** One event: CloudEvents 1.0 context attributes and data. */
export interface CloudEvent<T extends EventType = EventType> {
  /** Names this one event; a redelivery has the same. */
  readonly id: string;
  readonly source: string;
  readonly type: T;
  /** The entity's id; also the record key. */
  readonly subject: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly dataschema: string;
  /** W3C Trace Context; absent where no trace is on. */
  readonly traceparent?: string;
  readonly data: EventData[T];
}

/** Schema, validator and example of every event type. */
export const EVENTS: {
  readonly [T in EventType]: {
    schema: TSchema & { $id: string };
    validator: Validator<EventData[T]>;
    example: EventData[T];
  };
} = {
  'news.raw.v1': { schema: withId(RawArticleSchema), validator: rawArticleValidator, example: rawArticleExample },
  'news.articles.v1': { schema: withId(ArticleSchema), validator: articleValidator, example: articleExample },
  'news.changes.v1': {
    schema: withId(ArticleChangeSchema),
    validator: articleChangeValidator,
    example: articleChangeExample,
  },
  'khabar.rejected-input.v1': {
    schema: withId(RejectedInputSchema),
    validator: rejectedInputValidator,
    example: rejectedInputExample,
  },
};

function withId<S extends TSchema>(schema: S): S & { $id: string } {
  return schema as S & { $id: string };
}

/** The event of one fetch. */
export function rawArticleEvent(raw: RawArticle, traceparent?: string): CloudEvent<'news.raw.v1'> {
  return event('news.raw.v1', rawEventId(raw), 'urn:khabar:fetcher', raw.id, raw.fetchedAt, raw, traceparent);
}

/** The event of one article: a function of the raw event and the parser's version, so its time is the fetch's and not the parse's. */
export function articleEvent(
  article: Article,
  ofRawEvent: string,
  traceparent?: string,
): CloudEvent<'news.articles.v1'> {
  const id = articleEventId(ofRawEvent, article.extraction.parserVersion);
  return event('news.articles.v1', id, 'urn:khabar:parser', article.id, article.fetchedAt, article, traceparent);
}

/** The event of one change in the store. */
export function articleChangeEvent(change: ArticleChange, traceparent?: string): CloudEvent<'news.changes.v1'> {
  const id = changeEventId(change.id, change.revision);
  return event('news.changes.v1', id, 'urn:khabar:store', change.id, change.storedAt, change, traceparent);
}

/**
 * The event of an input that could not become a raw article; it goes to the dead letters of `news.raw.v1`. Its subject is the
 * id of the raw article that it would have been, so that it lies in that one's partition.
 */
export function rejectedInputEvent(
  eventId: string,
  rawId: string,
  rejected: RejectedInput,
): CloudEvent<'khabar.rejected-input.v1'> {
  return event('khabar.rejected-input.v1', eventId, 'urn:khabar:fetcher', rawId, rejected.fetchedAt, rejected);
}

function event<T extends EventType>(
  type: T,
  id: string,
  source: string,
  subject: string,
  time: string,
  data: EventData[T],
  traceparent?: string,
): CloudEvent<T> {
  const dataschema = EVENTS[type].schema.$id;
  return { id, source, type, subject, time, dataschema, ...(traceparent && { traceparent }), data };
}

/** Headers and value of a record, as both drivers carry them. */
export interface EncodedEvent {
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

/**
 * CloudEvents Kafka protocol binding 1.0.2, binary content mode (3.2): the data is the value as it is (3.2.2), its media type
 * the `content-type` header (3.2.1), each attribute a header `ce_<name>` in UTF-8 (3.2.3). `traceparent` goes by its own name, where
 * W3C tracing for Kafka looks for it.
 */
export function encodeEvent(event: CloudEvent): EncodedEvent {
  return {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: event.source,
      ce_type: event.type,
      ce_subject: event.subject,
      ce_time: event.time,
      ce_dataschema: event.dataschema,
      ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    },
    value: Buffer.from(JSON.stringify(event.data)),
  };
}

/**
 * Reads a record in binary content mode and checks its data.
 * @throws KhabarError `not-a-cloud-event` (no attributes, or another specversion), `unknown-event-type`, `malformed-json`, `invalid-event`.
 */
export function decodeEvent(headers: Readonly<Record<string, string>>, value: Buffer | null): CloudEvent {
  const attribute = (name: string): string => {
    const found = headers[`ce_${name}`];
    if (found === undefined || found === '') {
      throw new KhabarError('not-a-cloud-event', `The record has no header ce_${name} (CloudEvents 1.0, binary mode)`);
    }
    return found;
  };
  if (attribute('specversion') !== '1.0') {
    throw new KhabarError('not-a-cloud-event', 'The record is of a CloudEvents version other than 1.0');
  }
  const type = attribute('type');
  if (!isEventType(type)) {
    throw new KhabarError(
      'unknown-event-type',
      `No event of type ${type.slice(0, 100)} is known to this version of Khabar`,
    );
  }
  const data = EVENTS[type].validator.assert(parseJson(value));
  return {
    id: attribute('id'),
    source: attribute('source'),
    type,
    subject: headers['ce_subject'] ?? '',
    time: headers['ce_time'] ?? '',
    dataschema: headers['ce_dataschema'] ?? EVENTS[type].schema.$id,
    ...(headers['traceparent'] !== undefined && { traceparent: headers['traceparent'] }),
    data,
  };
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENTS, type);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(value: Buffer | null): unknown {
  if (value === null) throw new KhabarError('malformed-json', 'The record has no value');
  try {
    return JSON.parse(UTF8.decode(value));
  } catch (cause) {
    throw new KhabarError('malformed-json', "The record's value is not JSON in UTF-8", { cause });
  }
}
