export { Bus } from './bus.ts';
export type {
  Batch,
  BatchHandler,
  Outcome,
  Produced,
  ReceivedEvent,
  Subscription,
  SubscriptionRequest,
} from './handling.ts';
export type {
  BusHealth,
  ForeignParts,
  GroupState,
  PartitionLag,
  ReadFrom,
  StoredRecord,
  TopicState,
  Unsettled,
} from './log-state.ts';
export type { BusListener, BusSettings } from './settings.ts';
export type { NumberedPublisher } from './numbered-publisher.ts';
export { openBus } from './open-bus.ts';
export { contextOf } from './trace.ts';
export { BusServer, type BusServerOptions } from './bus-server.ts';
export {
  countOpenLetters,
  findOpenLetters,
  type OpenLetterCount,
  type OpenLetters,
  type OpenLettersOptions,
} from './open-letters.ts';
export type { ExportSettings, LogExport, TopicExport } from './export/log-export.ts';
export { LOG_SCHEMA } from './log-schema.ts';
export { openLogExport } from './export/open-log-export.ts';
export { LOG_SCHEMA_VERSION } from './embedded/schema.ts';
