import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span as it came. */
export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An OpenTelemetry collector: takes traces by OTLP over HTTP, in JSON, and keeps them. */
export interface TraceCollector extends AsyncDisposable {
  readonly origin: string;
  readonly spans: readonly CollectedSpan[];
}

/** Attributes as OTLP writes them: the value under the name of its type. */
type OtlpAttributes = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

/** What we read of an ExportTraceServiceRequest (opentelemetry-proto, trace/v1). */
interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpAttributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, 'service' | 'attributes' | 'parentSpanId'> & {
        readonly parentSpanId?: string;
        readonly attributes: OtlpAttributes;
      })[];
    }[];
  }[];
}

/** Starts a collector on a free port. */
export async function startTraceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    void collect(request).then((found) => {
      spans.push(...found);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function collect(request: IncomingMessage): Promise<CollectedSpan[]> {
  if (request.url !== '/v1/traces') throw new Error(`${request.url} is not where OTLP sends traces`);
  const { resourceSpans } = (await json(request)) as OtlpTraces;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ name, traceId, spanId, parentSpanId = '', attributes }) => ({
        service: String(plain(resource.attributes)['service.name']),
        ...{ name, traceId, spanId, parentSpanId },
        attributes: plain(attributes),
      })),
    ),
  );
}

function plain(attributes: OtlpAttributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
