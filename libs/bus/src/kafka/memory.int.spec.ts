import { randomBytes } from 'node:crypto';
import { describeKafka, eventually } from '@khabar/testing';
import { expect, it } from 'vitest';
import { Bus } from '../bus.ts';
import { Workbench, lagOf, rawEvent, rawEvents, remember } from '../contract/workbench.contract.ts';
import type { Driver } from '../driver.ts';
import { openDriver } from '../open-bus.ts';

const KIB = 1024;
const PARTITIONS = 4;
const MAX_BYTES_IN_FLIGHT = 1024 * KIB;
const EVENTS = 400;
const EVENT_BYTES = 32 * KIB;
/** Published at once, and so no less than what Kafka hands over as a whole. */
const TOGETHER = 8;

/** Counts the bytes that a driver hands over. */
function counting(driver: Driver, taken: (bytes: number) => void): Driver {
  return new Proxy(driver, {
    get(target, name: keyof Driver) {
      if (name !== 'consume') return target[name].bind(target);
      const consume: Driver['consume'] = (request) =>
        target.consume({
          ...request,
          begin: (partition) => {
            const work = request.begin(partition);
            return {
              finish: () => work.finish(),
              stop: () => work.stop(),
              lose: () => work.lose(),
              take: (records) => {
                taken(records.reduce((sum, { value }) => sum + value!.length, 0));
                return work.take(records);
              },
            };
          },
        });
      return consume;
    },
  });
}

describeKafka('a backlog larger than what may be in flight', (brokers) => {
  it('is taken in parts of that size, pausing and resuming, to its end, and starves no other subscription', async () => {
    await using bench = new Workbench({ kafkaBrokers: brokers, databaseUrl: null }, PARTITIONS);
    const settings = bench.settings({ maxBytesInFlight: MAX_BYTES_IN_FLIGHT });
    let inFlight = 0;
    let most = 0;
    const driver = counting(await openDriver(settings), (bytes) => (most = Math.max(most, (inFlight += bytes))));
    await using bus = new Bus(driver, settings, {
      consumed: (_topic, _partition, _events, bytes) => (inFlight -= bytes),
    });
    await bus.ensureTopics([bench.raw, bench.articles]);
    const body = () => randomBytes((EVENT_BYTES * 3) / 4).toString('base64'); // hardly compressible
    for (let at = 0; at < EVENTS; at += TOGETHER) {
      await bus.publish(Array.from({ length: TOGETHER }, (_, each) => rawEvent(`backlog-${at + each}`, body())));
    }

    const gate = Promise.withResolvers<void>();
    const seen = remember();
    await bus.subscribe<'news.raw.v1'>({
      topic: bench.raw,
      group: bench.group,
      handle: async (batch) => {
        await gate.promise;
        await seen.handle(batch);
      },
    });
    await eventually(() => inFlight >= MAX_BYTES_IN_FLIGHT);
    // the budget is spent and stays so; another subscription of the bus gets what is its own all the same
    const other = remember();
    const small = { ...bench.raw, name: `${bench.raw.name}-small`, partitions: 1 };
    await using publisher = await bench.bus({ topics: [small] });
    await publisher.ensureTopics([small]);
    await bus.subscribe({ topic: small, group: `${bench.group}-small`, handle: other.handle });
    for (let count = 10; count <= 30; count += 10) {
      await publisher.publish(rawEvents(10, `round-${count}-`));
      await eventually(() => other.names.length === count);
    }
    expect(inFlight).toBeGreaterThanOrEqual(MAX_BYTES_IN_FLIGHT);

    gate.resolve();
    await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    expect(new Set(seen.names).size).toBe(EVENTS);
    expect(seen.names).toHaveLength(EVENTS);
    // by no more than one read of each partition
    const read = Math.max(MAX_BYTES_IN_FLIGHT / 2 / PARTITIONS, TOGETHER * (EVENT_BYTES + 4 * KIB));
    expect(most).toBeLessThanOrEqual(MAX_BYTES_IN_FLIGHT + PARTITIONS * read);
    expect(most).toBeLessThan((EVENTS * EVENT_BYTES) / 3);
    expect(inFlight).toBe(0);
  });
});
