export type {
  Batch,
  BatchHandler,
  Bus,
  BusHealth,
  BusListener,
  BusSettings,
  GroupState,
  Outcome,
  ReadFrom,
  ReceivedEvent,
  StoredRecord,
  Subscription,
  SubscriptionRequest,
  TopicState,
} from './bus.ts';
export { openBus } from './open-bus.ts';
export { BusServer } from './bus-server.ts';
