import { KhabarError } from '@khabar/contracts';
import { Bus } from './bus.ts';
import type { BusListener, BusSettings } from './settings.ts';
import type { Driver } from './driver.ts';

/**
 * Opens the bus over Kafka when brokers are set, else over the embedded log in Postgres, whose tables it makes.
 * @throws KhabarError `no-bus` when neither is set, or with `dependency` when the embedded log's database is away
 */
export async function openBus(settings: BusSettings, listener: BusListener = {}): Promise<Bus> {
  return new Bus(await openDriver(settings, listener), settings, listener);
}

/** The driver that the settings choose; the other one and its client are not even loaded. */
export async function openDriver(
  settings: Pick<BusSettings, 'service' | 'kafkaBrokers' | 'databaseUrl' | 'lingerMs'>,
  listener: BusListener = {},
): Promise<Driver> {
  const clientId = settings.service;
  const onDisturbance = (what: string, error: unknown) => listener.disturbed?.(what, error);
  if (settings.kafkaBrokers !== null) {
    const { openKafkaDriver } = await import('./kafka/kafka-driver.ts');
    return openKafkaDriver({ brokers: settings.kafkaBrokers, clientId, lingerMs: settings.lingerMs });
  }
  if (settings.databaseUrl === null) {
    throw new KhabarError('no-bus', 'The bus needs KAFKA_BROKERS, or DATABASE_URL for the embedded log');
  }
  const { openEmbeddedDriver } = await import('./embedded/embedded-driver.ts');
  return openEmbeddedDriver({ databaseUrl: settings.databaseUrl, clientId, onDisturbance });
}
