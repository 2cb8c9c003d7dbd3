import type { BusListener } from '@khabar/bus';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Logger } from './logger.ts';

/** Injection token of the service's prom-client {@link Registry}. */
export const METRICS = Symbol('METRICS');

/** A registry with the process's own metrics; every series carries the service's name. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** `GET /metrics` in the Prometheus text format. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly registry: Registry) {}

  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  read(): Promise<string> {
    return this.registry.metrics();
  }
}

/** Counts and logs what the bus reports: the log line and the metric of each event together. */
export function busEvents(registry: Registry, logger: Logger): BusListener {
  const registers = [registry];
  const labelNames = ['topic', 'partition'];
  const published = new Counter({
    name: 'khabar_bus_published_total',
    help: 'Records published: events and dead letters',
    labelNames,
    registers,
  });
  const publishedBytes = new Counter({
    name: 'khabar_bus_published_bytes_total',
    help: 'Bytes of the values of records published',
    labelNames,
    registers,
  });
  const consumed = new Counter({
    name: 'khabar_bus_consumed_total',
    help: 'Events handled and done',
    labelNames,
    registers,
  });
  const consumedBytes = new Counter({
    name: 'khabar_bus_consumed_bytes_total',
    help: 'Bytes of the values of events handled and done',
    labelNames,
    registers,
  });
  const sizes = new Histogram({
    name: 'khabar_bus_batch_events',
    help: 'Events that a handler got at once',
    labelNames,
    buckets: [1, 5, 20, 50, 100, 200, 500, 2000],
    registers,
  });
  const seconds = new Histogram({
    name: 'khabar_bus_handler_seconds',
    help: 'Time a handler takes for a batch, whatever came of it',
    labelNames,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const retried = new Counter({
    name: 'khabar_bus_retried_total',
    help: 'Tries that failed and are tried again',
    labelNames: [...labelNames, 'code'],
    registers,
  });
  const dead = new Counter({
    name: 'khabar_bus_dead_letters_total',
    help: 'Events given up; without a partition those that never were on the topic',
    labelNames: [...labelNames, 'code'],
    registers,
  });
  const disturbed = new Counter({
    name: 'khabar_bus_disturbances_total',
    help: 'Consumers that broke and brokers that went away',
    registers,
  });
  return {
    published(topic, partition, events, bytes) {
      published.inc({ topic, partition }, events);
      publishedBytes.inc({ topic, partition }, bytes);
    },
    handled(topic, partition, events, took) {
      sizes.observe({ topic, partition }, events);
      seconds.observe({ topic, partition }, took);
      logger.debug({ topic, partition, events, seconds: took }, 'batch handled');
    },
    consumed(topic, partition, events, bytes) {
      consumed.inc({ topic, partition }, events);
      consumedBytes.inc({ topic, partition }, bytes);
    },
    retrying(topic, partition, subject, attempt, delayMs, error) {
      retried.inc({ topic, partition, code: error.code });
      logger.warn(
        { topic, partition, subject, attempt, delayMs, code: error.code, err: error },
        `will try again in ${delayMs} ms: ${error.message}`,
      );
    },
    deadLettered(topic, subject, { code, message, attempts, origin }) {
      dead.inc({ topic, partition: origin?.partition ?? '', code });
      logger.error({ topic, subject, code, attempts, origin }, `dead letter: ${message}`);
    },
    disturbed(what, error) {
      disturbed.inc();
      logger.warn({ err: error }, `bus: ${what}`);
    },
  };
}
