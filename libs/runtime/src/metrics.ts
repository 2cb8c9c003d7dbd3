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
  const topic = ['topic'];
  const published = new Counter({
    name: 'khabar_bus_published_total',
    help: 'Events published',
    labelNames: topic,
    registers,
  });
  const publishedBytes = new Counter({
    name: 'khabar_bus_published_bytes_total',
    help: 'Bytes of events published',
    labelNames: topic,
    registers,
  });
  const consumed = new Counter({
    name: 'khabar_bus_consumed_total',
    help: 'Events handled and done',
    labelNames: topic,
    registers,
  });
  const consumedBytes = new Counter({
    name: 'khabar_bus_consumed_bytes_total',
    help: 'Bytes of events handled',
    labelNames: topic,
    registers,
  });
  const seconds = new Histogram({
    name: 'khabar_bus_handler_seconds',
    help: 'Time a handler takes for a batch',
    labelNames: topic,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const retried = new Counter({
    name: 'khabar_bus_retried_total',
    help: 'Tries that failed and are tried again',
    labelNames: ['topic', 'code'],
    registers,
  });
  const dead = new Counter({
    name: 'khabar_bus_dead_letters_total',
    help: 'Events given up',
    labelNames: ['topic', 'code'],
    registers,
  });
  const disturbed = new Counter({
    name: 'khabar_bus_disturbances_total',
    help: 'Consumers that broke and brokers that went away',
    registers,
  });
  return {
    published(name, events, bytes) {
      published.inc({ topic: name }, events);
      publishedBytes.inc({ topic: name }, bytes);
    },
    consumed(name, partition, events, bytes, took) {
      consumed.inc({ topic: name }, events);
      consumedBytes.inc({ topic: name }, bytes);
      seconds.observe({ topic: name }, took);
      logger.debug({ topic: name, partition, events, seconds: took }, 'batch handled');
    },
    retrying(name, subject, attempt, delayMs, error) {
      retried.inc({ topic: name, code: error.code });
      logger.warn(
        { topic: name, subject, attempt, delayMs, code: error.code, err: error },
        `will try again in ${delayMs} ms: ${error.message}`,
      );
    },
    deadLettered(name, subject, reason) {
      dead.inc({ topic: name, code: reason.code });
      logger.error(
        { topic: name, subject, code: reason.code, attempts: reason.attempts, origin: reason.origin },
        `dead letter: ${reason.message}`,
      );
    },
    disturbed(what, error) {
      disturbed.inc();
      logger.warn({ err: error }, `bus: ${what}`);
    },
  };
}
