import type { CloudEvent } from '@khabar/contracts';
import type { OutgoingRecord } from './driver.ts';
import type { TracedEvent } from './trace.ts';

/** An event ready to be sent. */
export interface Sending {
  readonly record: OutgoingRecord;
  /** Tells its trace how it went: well, or with the error. */
  readonly end: TracedEvent<CloudEvent>['end'];
}

/** Where what a handler produced, and dead letters, go out. */
export interface Outlet {
  /** @throws KhabarError when the event cannot be published: it is invalid, too large, or no topic is for it */
  prepare(event: CloudEvent): Sending;
  /** Makes records durable, and reports them. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Reports records that became durable in another way. */
  report(records: readonly OutgoingRecord[]): void;
}
