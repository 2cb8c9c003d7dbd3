export {
  Bus,
  type Batch,
  type BatchHandler,
  type BusHealth,
  type BusListener,
  type BusSettings,
  type ForeignParts,
  type GroupState,
  type Outcome,
  type PartitionLag,
  type Produced,
  type ReadFrom,
  type ReceivedEvent,
  type StoredRecord,
  type Subscription,
  type SubscriptionRequest,
  type TopicState,
  type Unsettled,
} from './bus.ts';
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
export { openLogExport } from './export/open-log-export.ts';
