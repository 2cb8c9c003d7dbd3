import { createHash } from 'node:crypto';

/**
 * The `traceparent` of an event that no tracer accounts for (W3C Trace Context, 3.2): the start of a trace of its own, not sampled. It is a
 * function of the event's id, so that an event sent twice is of one trace, and those made of it, which carry it on, can be found by it in
 * the logs of every service.
 */
export function traceparentOf(eventId: string): string {
  const digest = createHash('sha256').update('traceparent').update('\0').update(eventId).digest('hex');
  return `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-00`;
}

// A version to come may have more behind the flags; `ff` is none (W3C Trace Context, 3.2.2). Ids of zeros only are invalid (3.2.2.3, 3.2.2.4).
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?<more>-[\x20-\x7e]*)?$/;

/** Whether a text is a `traceparent`; one that is not counts as absent (W3C Trace Context, 4.3). */
export function isTraceparent(text: string): boolean {
  const match = TRACEPARENT.exec(text);
  return match !== null && (match.groups?.['more'] === undefined || !text.startsWith('00-'));
}
