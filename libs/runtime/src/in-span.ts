import { contextOf } from '@khabar/bus';
import { type Span, type SpanOptions, SpanStatusCode, context, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('@khabar/runtime');

/**
 * Does work inside a span, which spans that begin in it are children of. Its parent is the span that `traceparent` names, else the
 * active one. Where no traces are sent the work is all that happens.
 */
export function inSpan<T>(
  name: string,
  { traceparent, ...options }: SpanOptions & { readonly traceparent?: string | undefined },
  work: (span: Span) => T,
): T {
  const parent = traceparent === undefined ? context.active() : contextOf(traceparent);
  const span = tracer.startSpan(name, options, parent);
  if (!span.isRecording()) return work(span);
  const fail = (error: unknown): never => {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    span.end();
    throw error;
  };
  try {
    const result = context.with(trace.setSpan(parent, span), () => work(span));
    if (result instanceof Promise) {
      return result.then((value: unknown) => {
        span.end();
        return value;
      }, fail) as T;
    }
    span.end();
    return result;
  } catch (error) {
    return fail(error);
  }
}
