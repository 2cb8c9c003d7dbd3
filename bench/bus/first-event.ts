import { setTimeout as pause } from 'node:timers/promises';
import { openBus } from '@khabar/bus';
import { TOPICS } from '@khabar/contracts';
import { startOwnKafka } from '@khabar/testing';
import type { BenchRow } from '../bench.ts';
import { rawArticles } from './events.ts';
import { busSettings } from './log-of-own.ts';
import { counter, startService } from './services.ts';

const ROUNDS = 3;
const LIMIT_S = 3;
const LOOK_EVERY_MS = 10;

/**
 * A parser that was started while its broker was away, as in a compose file, with an event that waits for it: from the broker's first
 * answer to the event handled.
 */
export const firstEventRow: BenchRow = {
  what: 'from the broker’s answer to the first event handled',
  unit: 's',
  peer: 'the limit',
  target: `${LIMIT_S} s or less`,
  ok: ({ value }) => value <= LIMIT_S,
  async measure(run) {
    const broker = run.ends(await startOwnKafka((line) => run.log(line)));
    await publish(broker.brokers, 0);
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await broker.kill();
      await using parser = await startService(run, 'parser', { KAFKA_BROKERS: broker.brokers.join(',') });
      await parser.process.waitForLine(/not there yet/);
      await pause(round * 2_000, undefined, { signal: run.signal }); // how long it has waited must not matter
      await broker.restart();
      const answeredAtMs = performance.now();
      while ((await counter(parser.url, 'khabar_bus_consumed_total')) === 0) {
        if (performance.now() - answeredAtMs > 60_000)
          throw new Error(`nothing handled:\n${parser.process.output.slice(-2_000)}`);
        await pause(LOOK_EVERY_MS, undefined, { signal: run.signal });
      }
      seconds.push((performance.now() - answeredAtMs) / 1000);
      run.log(`  round ${round + 1}: ${seconds.at(-1)!.toFixed(2)} s`);
      // it leaves its group: one that is killed there keeps its partitions for a session's time
      parser.process.signal('SIGTERM');
      await parser.process.ended;
      await publish(broker.brokers, round + 1);
    }
    return { value: Math.max(...seconds), peer: LIMIT_S };
  },
};

async function publish(kafkaBrokers: readonly string[], number: number): Promise<void> {
  await using bus = await openBus(busSettings({ kafkaBrokers, databaseUrl: null }));
  await bus.ensureTopics(TOPICS);
  await bus.publish(rawArticles(2 * 1024)(number, 1));
}
