import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeKafka, startKafka, startOwnKafka, uniqueName } from './kafka.ts';
import { KafkaMissing, type OwnKafkaServer } from './kafka-server.ts';

function listens(broker: string): Promise<boolean> {
  const [host, port] = broker.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describeKafka('the Kafka of the run', (brokers) => {
  it('listens', async () => {
    expect(await Promise.all(brokers.map(listens))).toEqual(brokers.map(() => true));
  });
});

describeKafka('a Kafka of a test of its own', () => {
  let kafka: OwnKafkaServer | KafkaMissing;
  beforeAll(async () => {
    kafka = await startOwnKafka().catch((error: unknown) => {
      if (error instanceof KafkaMissing) return error; // KAFKA_BROKERS names one elsewhere
      throw error;
    });
  }, 120_000);
  afterAll(async () => {
    if (!(kafka instanceof KafkaMissing)) await kafka.stop();
  });

  it('is gone when killed and back at the same address when restarted', async ({ skip }) => {
    if (kafka instanceof KafkaMissing) return skip(kafka.message);
    const [broker] = kafka.brokers;
    await kafka.kill();
    expect(await listens(broker!)).toBe(false);
    await kafka.restart();
    expect(kafka.brokers).toEqual([broker]);
    expect(await listens(broker!)).toBe(true);
  }, 120_000);
});

describe('a Kafka named by KAFKA_BROKERS', () => {
  it('must be there', async () => {
    const before = process.env['KAFKA_BROKERS'];
    process.env['KAFKA_BROKERS'] = ' 127.0.0.1:1 , [::1]:1 ';
    try {
      await expect(startKafka()).rejects.toThrow('Nothing listens at KAFKA_BROKERS=127.0.0.1:1,[::1]:1');
    } finally {
      if (before === undefined) delete process.env['KAFKA_BROKERS'];
      else process.env['KAFKA_BROKERS'] = before;
    }
  });
});

describe('a unique name', () => {
  it('is another one each time and may name a topic', () => {
    expect(uniqueName('raw')).toMatch(/^raw-[0-9a-f]{8}$/);
    expect(uniqueName('raw')).not.toBe(uniqueName('raw'));
  });
});
