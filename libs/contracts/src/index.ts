export { KhabarError, toKhabarError } from './khabar-error.ts';
export { isErased, toErasedHeaders } from './erased-record.ts';
export { compileValidator, instant, orNull, sha256, uuid, type Validator } from './schema.ts';
export { canonicalUrl, sameRegistrableDomain, withoutTracking } from './canonical-url.ts';
export { chooseCanonicalUrl, type AddressEvidence } from './choose-canonical-url.ts';
export {
  SOURCE_KINDS,
  articleId,
  rawArticleIdOfFile,
  rawArticleIdOfGuid,
  rawArticleIdOfUrl,
  articleEventId,
  rawEventId,
  sourceId,
  type ArticleIdentity,
  type SourceKind,
} from './article-id.ts';
export {
  FeedEntrySchema,
  RawArticleSchema,
  bodyBytes,
  encodeBody,
  isEntryOnly,
  rawArticleExample,
  rawArticleValidator,
  rawContentHash,
  type FeedEntry,
  type RawArticle,
} from './raw-article.ts';
export {
  ARTICLE_KINDS,
  ArticleSchema,
  EXTRACTION_MODES,
  HASHED_FIELDS,
  articleExample,
  articleHashes,
  articleValidator,
  completeness,
  type Article,
  type ExtractionMode,
  type HashedFields,
} from './article.ts';
export {
  ArticleChangeSchema,
  articleChangeExample,
  articleChangeValidator,
  type ArticleChange,
} from './article-change.ts';
export {
  REJECTED_INPUT_HEAD_BYTES,
  RejectedInputSchema,
  fromDeadLetterHeaders,
  fromSettlementHeaders,
  fromShorteningHeaders,
  isReasonHeader,
  rejectedInputExample,
  rejectedInputValidator,
  toDeadLetterHeaders,
  toSettlementHeaders,
  toShorteningHeaders,
  type DeadLetterReason,
  type RejectedInput,
  type SettledAs,
  type Shortening,
  type Settlement,
} from './dead-letter.ts';
export { compareRanks, compareText, rankOf, type FormRank } from './form-order.ts';
export {
  ARTICLES,
  ARTICLE_CHANGES,
  CONSUMER_GROUPS,
  DEAD_LETTER_ROOM_BYTES,
  DEFAULT_TOPIC_SETTINGS,
  RAW_ARTICLES,
  TOPICS,
  deadLetterTopic,
  topicsFor,
  type EventType,
  type TopicDefinition,
  type TopicSettings,
} from './topics.ts';
export {
  EVENTS,
  articleChangeEvent,
  articleEvent,
  decodeEvent,
  encodeEvent,
  rawArticleEvent,
  rejectedInputEvent,
  type CloudEvent,
  type EncodedEvent,
  type EventData,
  type MadeEvent,
} from './cloud-event.ts';
export { isTraceparent, traceparentOf } from './traceparent.ts';
