import { type KafkaServer, eventually, startOwnKafka } from '@khabar/testing';
import { expect, it } from 'vitest';
import { describeKafka } from '@khabar/testing';
import { Workbench, lagOf, rawEvent, rawEvents, remember } from '../contract/workbench.contract.ts';

describeKafka('while the broker is away', () => {
  it('refuses to publish and says so in its health, and then goes on by itself, losing nothing', async () => {
    await using kafka = await startOwnKafka();
    await using bench = new Workbench(connectionTo(kafka));
    const disturbances: string[] = [];
    const bus = await bench.ready({}, { disturbed: (what) => disturbances.push(what) });
    const seen = remember();
    await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
    await bus.publish(rawEvents(20, 'before-'));
    await eventually(() => seen.names.length === 20);

    await kafka.kill();
    const refused = bus.publish([rawEvent('meanwhile')]);
    await expect(refused).rejects.toMatchObject({ code: 'broker-unavailable', dependency: true });
    expect(await bus.health()).toMatchObject({ up: false });
    await eventually(() => disturbances.some((what) => what.includes('built anew')), { timeoutMs: 60_000 });
    expect(await bus.health()).toMatchObject({ up: false });

    await kafka.restart();
    await eventually(() => bus.publish(rawEvents(20, 'after-')).then(() => true), { timeoutMs: 30_000 });
    await eventually(() => new Set(seen.names.filter((name) => name.startsWith('after-'))).size === 20, {
      timeoutMs: 40_000,
    });
    await eventually(async () => (await bus.health()).up, { timeoutMs: 20_000 });
    await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    await bench[Symbol.asyncDispose]();
  }, 180_000);
});

function connectionTo(kafka: KafkaServer) {
  return { kafkaBrokers: kafka.brokers, databaseUrl: null };
}
