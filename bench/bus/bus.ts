import { uniqueName } from '@khabar/testing';
import { type Bench, type BenchRow, type Measured, ratioOf } from '../bench.ts';
import { inTurn } from '../in-turn.ts';
import { bareConsume, barePublish } from './bare-kafkajs.ts';
import { rawArticles } from './events.ts';
import { firstEventRow } from './first-event.ts';
import { kafka, ownTopic, postgres } from './log-of-own.ts';
import { memoryRows } from './memory.ts';
import { consumeAll, publishAll, rate, throughLog } from './throughput.ts';

const EVENT_BYTES = 8 * 1024;
const ROUNDS = 5;
const PUBLISHED_EVENTS = 20_000;
const CONSUMED_EVENTS = 60_000;
const EMBEDDED_EVENTS = 20_000;
const PEER = 'kafkajs alone, same settings';

const nineTenths = { target: 'at least 0.9 of the peer', ok: (measured: Measured) => ratioOf(measured) >= 0.9 };

const publishRow: BenchRow = {
  what: 'Kafka: publish, 8 KB events',
  unit: 'events/s',
  peer: PEER,
  ...nineTenths,
  async measure(run) {
    const { brokers } = await kafka(run);
    const { bus } = await ownTopic(run, { kafkaBrokers: brokers, databaseUrl: null });
    const { topic: peerTopic } = await ownTopic(run, { kafkaBrokers: brokers, databaseUrl: null });
    const events = rawArticles(EVENT_BYTES)(0, PUBLISHED_EVENTS);
    return inTurn(
      run,
      ROUNDS,
      () => rate(events.length, () => publishAll(bus, events)),
      async () => rate(events.length, await barePublish(brokers, peerTopic.name, events)),
    );
  },
};

const consumeRow: BenchRow = {
  what: 'Kafka: consume, 8 KB events',
  unit: 'events/s',
  peer: PEER,
  ...nineTenths,
  async measure(run) {
    const { brokers } = await kafka(run);
    const { bus, topic } = await ownTopic(run, { kafkaBrokers: brokers, databaseUrl: null });
    await publishAll(bus, rawArticles(EVENT_BYTES)(0, CONSUMED_EVENTS));
    return inTurn(
      run,
      ROUNDS,
      () => rate(CONSUMED_EVENTS, () => consumeAll(bus, topic, uniqueName('bench'), CONSUMED_EVENTS)),
      () => rate(CONSUMED_EVENTS, () => bareConsume(brokers, topic, uniqueName('bench'), CONSUMED_EVENTS)),
    );
  },
};

const embeddedRow: BenchRow = {
  what: 'embedded: through publish and consume, 8 KB events',
  unit: 'events/s',
  peer: 'ours over Kafka',
  target: 'at least 5,000 events/s',
  ok: ({ value }) => value >= 5_000,
  async measure(run) {
    const { brokers } = await kafka(run);
    const { url } = await postgres(run);
    const events = rawArticles(EVENT_BYTES)(0, EMBEDDED_EVENTS);
    return inTurn(
      run,
      ROUNDS,
      async () => throughLog(run, await ownTopic(run, { kafkaBrokers: null, databaseUrl: url }), events),
      async () => throughLog(run, await ownTopic(run, { kafkaBrokers: brokers, databaseUrl: null }), events),
    );
  },
};

/** The bus: both drivers, and the services on it. */
export const busBench: Bench = {
  name: 'bus',
  about: 'events a second over Kafka and the embedded log, memory under a backlog, time to the first event',
  rows: [publishRow, consumeRow, embeddedRow, ...memoryRows, firstEventRow],
};
