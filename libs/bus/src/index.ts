export {
  Bus,
  type Batch,
  type BatchHandler,
  type BusHealth,
  type BusListener,
  type BusSettings,
  type GroupState,
  type Outcome,
  type PartitionLag,
  type ReadFrom,
  type ReceivedEvent,
  type StoredRecord,
  type Subscription,
  type SubscriptionRequest,
  type TopicState,
} from './bus.ts';
export { openBus } from './open-bus.ts';
export { BusServer, type BusServerOptions } from './bus-server.ts';
