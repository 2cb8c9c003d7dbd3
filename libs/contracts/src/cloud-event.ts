import type { TSchema } from 'typebox';
import { type Article, ArticleSchema, articleExample, articleValidator } from './article.ts';
import {
  type ArticleChange,
  ArticleChangeSchema,
  articleChangeExample,
  articleChangeValidator,
} from './article-change.ts';
import { isString, isTimestamp, isUri, isUriReference } from './attribute-types.ts';
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
import { isTraceparent, traceparentOf } from './traceparent.ts';

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
  /** W3C Trace Context. Every event that is made here has one; absent from those that other programs wrote without. */
  readonly traceparent?: string;
  readonly data: EventData[T];
}

/** An event as it is made: with a `traceparent`, that of the span that makes it or the start of a trace of its own. */
export type MadeEvent<T extends EventType> = CloudEvent<T> & { readonly traceparent: string };

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
export function rawArticleEvent(raw: RawArticle, traceparent?: string): MadeEvent<'news.raw.v1'> {
  return event('news.raw.v1', rawEventId(raw), 'urn:khabar:fetcher', raw.id, raw.fetchedAt, raw, traceparent);
}

/** The event of one article: a function of the raw event and the parser's version, so its time is the fetch's and not the parse's. */
export function articleEvent(
  article: Article,
  ofRawEvent: string,
  traceparent?: string,
): MadeEvent<'news.articles.v1'> {
  const id = articleEventId(ofRawEvent, article.extraction.parserVersion);
  return event('news.articles.v1', id, 'urn:khabar:parser', article.id, article.fetchedAt, article, traceparent);
}

/** The event of one change in the store. */
export function articleChangeEvent(change: ArticleChange, traceparent?: string): MadeEvent<'news.changes.v1'> {
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
  traceparent?: string,
): MadeEvent<'khabar.rejected-input.v1'> {
  const { fetchedAt } = rejected;
  return event('khabar.rejected-input.v1', eventId, 'urn:khabar:fetcher', rawId, fetchedAt, rejected, traceparent);
}

function event<T extends EventType>(
  type: T,
  id: string,
  source: string,
  subject: string,
  time: string,
  data: EventData[T],
  traceparent = traceparentOf(id),
): MadeEvent<T> {
  const dataschema = EVENTS[type].schema.$id;
  return { id, source, type, subject, time, dataschema, traceparent, data };
}

/** Headers and value of a record, as both drivers carry them. */
export interface EncodedEvent {
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

const CONTENT_TYPE = 'application/json; charset=utf-8';

/**
 * CloudEvents Kafka protocol binding 1.0.2, binary content mode (3.2): the data is the value as it is (3.2.2), its media type
 * the `content-type` header (3.2.1), each attribute a header `ce_<name>` (3.2.3.1) whose value is plain UTF-8: nothing is
 * percent-encoded, as it is over HTTP (3.2.3). The key is the entity's id and no attribute of its own (3.1). `traceparent` goes by its
 * own name, where W3C tracing for Kafka looks for it.
 */
export function encodeEvent(event: CloudEvent): EncodedEvent {
  const { id, source, type, subject, time, dataschema, traceparent } = event;
  return {
    headers: {
      'content-type': CONTENT_TYPE,
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: source,
      ce_type: type,
      // An attribute that another program left out stays out: none may be empty (CloudEvents 1.0.2, "Optional Attributes").
      ...(subject !== '' && { ce_subject: subject }),
      ...(time !== '' && { ce_time: time }),
      ce_dataschema: dataschema,
      ...(traceparent !== undefined && { traceparent }),
    },
    value: Buffer.from(JSON.stringify(event.data)),
  };
}

/**
 * Reads a record in binary content mode and checks its attributes and its data. Headers that it does not know, extensions among them,
 * are passed over.
 * @throws KhabarError `not-a-cloud-event` (structured content mode, another specversion or media type, an attribute that is missing or
 * is not of its kind), `unknown-event-type`, `malformed-json`, `invalid-event`.
 */
export function decodeEvent(headers: Readonly<Record<string, string>>, value: Buffer | null): CloudEvent {
  checkContentType(headers['content-type']);
  if (required(headers, 'specversion') !== '1.0') {
    throw notACloudEvent('The record is of a CloudEvents version other than 1.0');
  }
  const id = required(headers, 'id');
  const source = required(headers, 'source', isUriReference);
  const type = required(headers, 'type');
  if (!isEventType(type)) {
    throw new KhabarError(
      'unknown-event-type',
      `No event of type ${type.slice(0, 100)} is known to this version of Khabar`,
    );
  }
  const traceparent = headers['traceparent'] ?? headers['ce_traceparent'];
  return {
    id,
    source,
    type,
    subject: optional(headers, 'subject') ?? '',
    time: optional(headers, 'time', isTimestamp) ?? '',
    dataschema: optional(headers, 'dataschema', isUri) ?? EVENTS[type].schema.$id,
    ...(traceparent !== undefined && isTraceparent(traceparent) && { traceparent }),
    data: EVENTS[type].validator.assert(parseJson(value)),
  };
}

// Media types and the names of their parameters are of any case (RFC 2045, 5.1). JSON is UTF-8 and has no charset (RFC 8259, 8.1 and 11).
function checkContentType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === CONTENT_TYPE) return;
  if (/^application\/cloudevents/i.test(contentType)) {
    throw notACloudEvent('The record is in structured content mode; Khabar reads CloudEvents in binary mode only');
  }
  if (!/^\s*(?:application\/json|[\w.!#$&^+-]+\/[\w.!#$&^+-]+\+json)\s*(?:;|$)/i.test(contentType)) {
    throw notACloudEvent("The record's content-type is not JSON");
  }
}

function optional(
  headers: Readonly<Record<string, string>>,
  name: string,
  isOfItsKind: (text: string) => boolean = () => true,
): string | undefined {
  const found = headers[`ce_${name}`];
  if (found === undefined || (found !== '' && isString(found) && isOfItsKind(found))) return found;
  throw notACloudEvent(`The record's header ce_${name} is not what CloudEvents 1.0 has it`);
}

function required(...of: Parameters<typeof optional>): string {
  const found = optional(...of);
  if (found !== undefined) return found;
  throw notACloudEvent(`The record has no header ce_${of[1]} (CloudEvents 1.0, binary mode)`);
}

function notACloudEvent(message: string): KhabarError {
  return new KhabarError('not-a-cloud-event', message);
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
