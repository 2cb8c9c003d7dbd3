import 'reflect-metadata';
import { once } from 'node:events';
import { type Bus, type BusListener, BusServer, type BusServerOptions, openBus } from '@khabar/bus';
import { KhabarError, toKhabarError } from '@khabar/contracts';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger as NestPinoLogger } from 'nestjs-pino';
import type { LoggerService, Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CommonConfig, commonFaults } from './common-settings.ts';
import type { ConfigOf, Settings } from './config.ts';
import type { OwnedSchema } from './database/owned-schema.ts';
import { HealthRegistry } from './health.ts';
import { keepHeapSmall } from './heap.ts';
import { type Logger, createLogger } from './logger.ts';
import { busEvents, createMetrics } from './metrics.ts';
import { serveApiDocument } from './open-api.ts';
import { measureLag } from './lag-metrics.ts';
import { patiently } from './patiently.ts';
import { answerPlainAddress } from './plain-addresses.ts';
import { DATABASE_CLOSED, endProcessAfter, processConfig } from './process.ts';
import { sendProblem, toProblem } from './problem-details.ts';
import { RuntimeModule } from './runtime.module.ts';
import { configuredTopics } from './topic-settings.ts';
import { startTracing } from './tracing.ts';
import { VERSION } from './version.ts';

/** What makes a service: the same few lines in every app's `main.ts`. */
export interface ServiceDefinition<S extends Settings> {
  readonly name: string;
  readonly module: Type;
  /** Includes {@link commonSettings}. */
  readonly settings: S;
  /** The schema in which it keeps data of its own, where it does: DATABASE_URL is then required. */
  readonly schema?: OwnedSchema;
  /** What it consumes. */
  readonly consumes?: BusServerOptions;
  /** Title and description of its API, where it has one. */
  readonly api?: { readonly title: string; readonly description: string };
  /** Largest request body in bytes. */
  readonly bodyLimit?: (config: ConfigOf<S>) => number;
}

/** A service that runs; `close` drains it. */
export interface RunningService extends AsyncDisposable {
  readonly app: NestFastifyApplication;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Where it listens. */
  readonly url: string;
  /** Not ready; takes no more; finishes and commits what it holds; closes. Idempotent. */
  close(): Promise<void>;
}

/** A service's process: configuration from the environment, until a signal or the end of its supervisor; its exit code tells how it ended. */
export async function runService<S extends Settings>(service: ServiceDefinition<S>): Promise<void> {
  keepHeapSmall();
  const config = configOf(service);
  if (config === null) {
    if (process.connected) process.disconnect();
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  // The supervisor's end, however it came, closes the channel.
  if (process.channel) process.once('disconnect', () => stop.abort());
  const logger = createLogger({ name: service.name, level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const { signal } = stop;
  signal.addEventListener('abort', () => endProcessAfter(config.SHUTDOWN_TIMEOUT, (message) => logger.fatal(message)));
  const tracing = await startTracingWhereWanted(service.name, config, logger);
  try {
    const running = await patiently(() => startService(service, config, logger), logger, signal);
    process.send?.({ ready: running.url });
    if (!signal.aborted) await once(signal, 'abort');
    logger.info('stopping');
    running.app.get(HealthRegistry).stop();
    await running.close();
  } catch (error) {
    const stoppedEarly = signal.aborted && error === signal.reason;
    if (!stoppedEarly) {
      const { code } = toKhabarError(error);
      logger.fatal({ err: error, code }, startFailure(error, service.name, config));
      process.exitCode = CLOSED.has(code) ? DATABASE_CLOSED : 1;
      endProcessAfter(config.SHUTDOWN_TIMEOUT, (message) => logger.fatal(message));
    }
  }
  await tracing?.[Symbol.asyncDispose]();
  logger.info('stopped');
  if (process.connected) process.disconnect();
}

/** Sending the last traces may take this part of the time to stop. */
const TRACING_PART = 0.25;

function startTracingWhereWanted(
  service: string,
  config: CommonConfig,
  logger: Logger,
): Promise<AsyncDisposable> | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SHUTDOWN_TIMEOUT } = config;
  return endpoint === null
    ? null
    : startTracing({ service, endpoint, logger, timeoutMs: SHUTDOWN_TIMEOUT * TRACING_PART });
}

const DEFAULT_BODY_LIMIT = 1024 * 1024;

/** Starts a service in this process; for {@link runService}, and for tests that want the real thing. */
export async function startService<S extends Settings>(
  service: ServiceDefinition<S>,
  config: ConfigOf<S> & CommonConfig,
  logger: Logger,
): Promise<RunningService> {
  const metrics = createMetrics(service.name);
  const health = new HealthRegistry();
  const bus = await reachBus(service, config, busEvents(metrics, logger));
  health.add('bus', () => bus.health());
  if (service.consumes) measureLag(metrics, bus, service.consumes);
  let app: NestFastifyApplication | undefined;
  try {
    app = await NestFactory.create<NestFastifyApplication>(
      RuntimeModule.around({ module: service.module, config, bus, logger, metrics, health }),
      new FastifyAdapter({
        bodyLimit: service.bodyLimit?.(config) ?? DEFAULT_BODY_LIMIT,
        forceCloseConnections: 'idle',
        clientErrorHandler: answerPlainAddress,
        frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
          sendProblem(reply, toProblem(error, request.url)),
      }),
      { bufferLogs: true, abortOnError: false },
    );
    app.useLogger(quietNest(app.get(NestPinoLogger)));
    if (service.api) serveApiDocument(app, service.api);
    if (service.consumes) {
      const strategy = new BusServer(bus, service.consumes);
      app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
      await app.startAllMicroservices();
    }
    await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  } catch (error) {
    try {
      await app?.close();
    } finally {
      await bus.close();
    }
    throw error;
  }
  const running = app;
  const url = await running.getUrl();
  logger.info({ url, version: VERSION }, `ready on ${url}`);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= running.close().finally(() => bus.close()));
  return { app: running, bus, logger, url, close, [Symbol.asyncDispose]: close };
}

/** What Nest says of itself at every start (modules, routes) is of interest to whoever debugs; its warnings and errors stay. */
function quietNest(nest: NestPinoLogger): LoggerService {
  return {
    log: (message: unknown, ...rest: unknown[]) => nest.debug(message, ...rest),
    debug: (message: unknown, ...rest: unknown[]) => nest.debug(message, ...rest),
    verbose: (message: unknown, ...rest: unknown[]) => nest.verbose(message, ...rest),
    warn: (message: unknown, ...rest: unknown[]) => nest.warn(message, ...rest),
    error: (message: unknown, ...rest: unknown[]) => nest.error(message, ...rest),
    fatal: (message: unknown, ...rest: unknown[]) => nest.fatal(message, ...rest),
  };
}

function configOf<S extends Settings>(service: ServiceDefinition<S>): (ConfigOf<S> & CommonConfig) | null {
  return processConfig(service.name, service.settings, (config) =>
    commonFaults(config as unknown as CommonConfig, service.schema !== undefined),
  ) as (ConfigOf<S> & CommonConfig) | null;
}

async function reachBus<S extends Settings>(
  service: ServiceDefinition<S>,
  config: CommonConfig,
  listener: BusListener,
): Promise<Bus> {
  const topics = configuredTopics(config);
  const bus = await openBus(
    {
      service: service.name,
      version: VERSION,
      kafkaBrokers: config.KAFKA_BROKERS.length > 0 ? config.KAFKA_BROKERS : null,
      databaseUrl: config.DATABASE_URL,
      maxAttempts: config.BUS_MAX_ATTEMPTS,
      retryBaseMs: config.BUS_RETRY_BASE,
      retryMaxMs: config.BUS_RETRY_MAX,
      batchMaxEvents: config.BUS_BATCH_EVENTS,
      batchMaxBytes: config.BUS_BATCH_BYTES,
      lingerMs: config.BUS_LINGER_MS,
      transactions: config.BUS_TRANSACTIONS,
      maxBytesInFlight: config.BUS_MAX_BYTES_IN_FLIGHT,
      topics,
    },
    listener,
  );
  try {
    await bus.ensureTopics(topics);
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** Codes of a database that is there and not open to this service, until its owner does something. */
const CLOSED = new Set(['database-not-prepared', 'database-refused']);

function startFailure(error: unknown, service: string, config: CommonConfig): string {
  if (error instanceof KhabarError && error.code === 'database-not-prepared') {
    return `${error.message}: run the ${service} once with the argument migrate and the owner's address in DATABASE_OWNER_URL (docs/operators/database.md)`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `port ${config.HTTP_PORT} is in use: stop what listens there, or set HTTP_PORT`;
  }
  return error instanceof Error ? error.message : String(error);
}
