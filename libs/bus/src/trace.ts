import {
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import { type CloudEvent, KhabarError, type TopicDefinition, isTraceparent } from '@khabar/contracts';
import type { BusSettings } from './settings.ts';

const tracer = trace.getTracer('@khabar/bus');
/** What the API has while no tracing SDK is in the process. */
const NO_PROVIDER = new ProxyTracerProvider().getDelegate();

/** Asked for every event, so that one costs nothing where nobody records: even a span that records nothing costs microseconds. */
function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== NO_PROVIDER;
}

/** The context that a `traceparent` names, to start spans in; that of no trace where it is none. */
export function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined || !isTraceparent(traceparent)) return ROOT_CONTEXT;
  const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** The `traceparent` by which others continue a span; undefined where there is no trace. */
export function traceparentOfSpan(span: Span): string | undefined {
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** An event on its way, and the span of that. */
export interface TracedEvent<E> {
  /** Its `traceparent` names the span, where there is a trace. */
  readonly event: E;
  /** It is over, well or with the error. */
  end(error?: unknown): void;
}

/** What is told of the log: `kafka`, or `khabar` for the embedded one, which is no messaging system that the conventions name. */
export type MessagingSystem = 'kafka' | 'khabar';

/** The one that the settings choose. */
export function systemOf({ kafkaBrokers }: Pick<BusSettings, 'kafkaBrokers'>): MessagingSystem {
  return kafkaBrokers === null ? 'khabar' : 'kafka';
}

/**
 * The sending of an event: in the active span where there is one, for then the event is made by what that does, else in the trace that
 * the event names. Names and attributes by the OpenTelemetry conventions for messaging spans.
 */
export function traceSending<E extends CloudEvent>(
  system: MessagingSystem,
  topic: Pick<TopicDefinition, 'name'>,
  event: E,
): TracedEvent<E> {
  if (!isTracing()) return untraced(event);
  const active = context.active();
  const parent = trace.getSpan(active) === undefined ? contextOf(event.traceparent) : active;
  const span = tracer.startSpan(`send ${topic.name}`, { kind: SpanKind.PRODUCER }, parent);
  if (span.isRecording()) {
    span.setAttributes({ ...messageAttributes(system, topic.name, event), 'messaging.operation.type': 'send' });
    span.setAttribute('messaging.operation.name', 'send');
  }
  return traced(event, span);
}

/** Where and to whom an event came. */
export interface Receipt {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly group: string;
  /** Size of the record's value in bytes. */
  readonly bytes: number;
  /** How many events the handler got at once. */
  readonly batchSize: number;
}

/** The processing of one event of a batch, in the event's own trace; see {@link traceSending}. */
export function traceProcessing<E extends CloudEvent>(
  system: MessagingSystem,
  event: E,
  { topic, partition, offset, group, bytes, batchSize }: Receipt,
): TracedEvent<E> {
  if (!isTracing()) return untraced(event);
  const span = tracer.startSpan(`process ${topic}`, { kind: SpanKind.CONSUMER }, contextOf(event.traceparent));
  if (span.isRecording()) {
    span.setAttributes({
      ...messageAttributes(system, topic, event),
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.consumer.group.name': group,
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': Number(offset),
      'messaging.message.body.size': bytes,
      'messaging.batch.message_count': batchSize,
    });
  }
  return traced(event, span);
}

function messageAttributes(system: MessagingSystem, topic: string, event: CloudEvent) {
  return {
    'messaging.system': system,
    'messaging.destination.name': topic,
    'messaging.message.id': event.id,
    'messaging.kafka.message.key': event.subject,
  };
}

function untraced<E>(event: E): TracedEvent<E> {
  return { event, end: () => undefined };
}

function traced<E extends CloudEvent>(event: E, span: Span): TracedEvent<E> {
  const traceparent = span.isRecording() ? traceparentOfSpan(span) : event.traceparent;
  return {
    event: traceparent === event.traceparent ? event : { ...event, traceparent },
    end(error) {
      if (error !== undefined) fail(span, error);
      span.end();
    },
  };
}

function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
  span.setAttribute('error.type', error instanceof KhabarError ? error.code : 'unknown');
}
