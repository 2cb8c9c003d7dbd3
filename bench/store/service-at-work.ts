import { setTimeout as pause } from 'node:timers/promises';
import { openBus } from '@khabar/bus';
import { TOPICS } from '@khabar/contracts';
import { busSettings } from '../bus/log-of-own.ts';
import { corpusEvent } from './corpus.ts';

/** Articles a second that come in while a store is read from: seven million a month. */
const INGESTED_PER_SECOND = 3;

/** Has a store's list of articles asked for, and read to its end. @throws Error for any answer but one with articles */
export async function ask(url: string, parameters: Record<string, string>): Promise<void> {
  const response = await fetch(`${url}/api/v1/articles?${new URLSearchParams(parameters)}`);
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} for ${JSON.stringify(parameters)}: ${body.slice(0, 500)}`);
}

/** Publishes new articles into the embedded log of a database, at their pace, until told to stop. */
export async function ingest(databaseUrl: string, signal: AbortSignal): Promise<void> {
  await using bus = await openBus(busSettings({ kafkaBrokers: null, databaseUrl }));
  await bus.ensureTopics(TOPICS);
  for (let number = 0; !signal.aborted; number++) {
    await bus.publish([corpusEvent(number, 1)]);
    await pause(1000 / INGESTED_PER_SECOND, undefined, { signal }).catch(() => undefined);
  }
}
