import { rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { contextOf, traceProcessing, traceSending, traceparentOfSpan } from './trace.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a traceparent', () => {
  it('comes back as it was', () => {
    for (const traceparent of [TRACEPARENT, TRACEPARENT.replace(/01$/, '00')]) {
      expect(traceparentOfSpan(trace.getSpan(contextOf(traceparent))!)).toBe(traceparent);
    }
  });

  it('of a later version is read as far as it is known', () => {
    expect(trace.getSpanContext(contextOf(`cc${TRACEPARENT.slice(2)}-more`))).toMatchObject({
      traceId: TRACEPARENT.slice(3, 35),
      spanId: TRACEPARENT.slice(36, 52),
    });
  });

  it.each([undefined, '', 'nonsense', TRACEPARENT.toUpperCase(), `ff${TRACEPARENT.slice(2)}`, `${TRACEPARENT}0`])(
    'that is none (%s) names no trace',
    (text) => {
      expect(trace.getSpanContext(contextOf(text))).toBe(undefined);
    },
  );
});

describe('an event, with tracing off', () => {
  const receipt = { topic: 'news.raw.v1', partition: 1, offset: 2n, group: 'g', bytes: 3, batchSize: 4 };

  it.each([TRACEPARENT, TRACEPARENT.replace(/^00/, '01')])('keeps its traceparent (%s)', (traceparent) => {
    const event = rawArticleEvent(rawArticleExample, traceparent);
    for (const traced of [
      traceSending('kafka', { name: 'news.raw.v1' }, event),
      traceProcessing('kafka', event, receipt),
    ]) {
      expect(traced.event).toBe(event);
      traced.end();
    }
  });
});
