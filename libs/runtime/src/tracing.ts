import { context, trace } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import { VERSION } from './version.ts';

/** Where traces go, and whose they are. */
export interface TracingOptions {
  /** Name of the service, without `khabar-`. */
  readonly service: string;
  /** Base address of an OpenTelemetry collector (OTLP over HTTP); `/v1/traces` is added, as the OTLP specification says. */
  readonly endpoint: string;
  /** How long sending may take, also that of the last spans at the end, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/**
 * Begins to record spans in this process and to send them in batches. A collector that is away costs its spans and one warning,
 * never the service anything. The SDK is loaded only here: a process without tracing does not have it in memory.
 */
export async function startTracing({ service, endpoint, timeoutMs, logger }: TracingOptions): Promise<AsyncDisposable> {
  const [sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
    ]);
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = warnOnce(new OTLPTraceExporter({ url, timeoutMillis: timeoutMs }), url, logger);
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `khabar-${service}`, 'service.version': VERSION }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, exportTimeoutMillis: timeoutMs })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  logger.info({ url }, `traces go to ${url}`);
  return {
    async [Symbol.asyncDispose]() {
      let timer: NodeJS.Timeout | undefined;
      const impatience = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
      // what could not be sent has been warned of
      await Promise.race([provider.shutdown().catch(() => undefined), impatience]);
      clearTimeout(timer);
    },
  };
}

/** The first failure is a warning, and the first success after it is told; what fails in between is silent. */
function warnOnce(exporter: SpanExporter, url: string, logger: Logger): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // 0 is success: ExportResultCode is of a package that is not ours to import
        if (result.code !== 0 && !failing) {
          logger.warn({ err: result.error }, `traces cannot be sent to ${url}; they are dropped until it answers`);
        } else if (result.code === 0 && failing) logger.info(`traces are sent to ${url} again`);
        failing = result.code !== 0;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
