import { TOPICS, articleChangeEvent, articleChangeExample } from '@khabar/contracts';
import { type OwnKafkaServer, describeKafka, freePort, startOwnKafka } from '@khabar/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFoundBus } from '../bus-address.ts';
import type { Check } from '../checks.ts';
import { runRecorded } from '../recorded-shell.ts';

describeKafka('khabar, with Kafka', () => {
  let kafka: OwnKafkaServer;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    kafka = await startOwnKafka();
    const nobody = `http://127.0.0.1:${await freePort()}`;
    env = {
      KAFKA_BROKERS: kafka.brokers.join(','),
      KHABAR_FETCHER_URL: nobody,
      KHABAR_PARSER_URL: nobody,
      KHABAR_STORE_URL: nobody,
    };
    await using bus = await openFoundBus({ kafkaBrokers: kafka.brokers, databaseUrl: null, foundBy: 'KAFKA_BROKERS' });
    await bus.ensureTopics(TOPICS);
    await bus.publish(['a', 'b', 'c'].map((name) => articleChangeEvent({ ...articleChangeExample, id: idOf(name) })));
  });
  afterAll(() => kafka?.stop());

  function idOf(name: string): string {
    return `00000000-0000-5000-8000-00000000000${name}`;
  }

  it('tail reads the brokers that KAFKA_BROKERS names', async () => {
    const { code, stdout, stderr } = await runRecorded(['tail', 'news.changes.v1', '--no-follow', '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const keys = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { key: string }).key);
    expect(keys.toSorted()).toEqual(['a', 'b', 'c'].map(idOf));
  });

  it('doctor finds the brokers well, and the topics as the contracts say', async () => {
    const { stdout } = await runRecorded(['doctor', '--json'], { env });
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: 'Kafka', result: 'ok' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'topics', result: 'ok' }));
  });

  it('status counts the records of each topic', async () => {
    const { stdout } = await runRecorded(['status', '--json'], { env });
    const { topics } = JSON.parse(stdout) as { topics: unknown[] };
    expect(topics).toContainEqual({ name: 'news.changes.v1', partitions: 12, records: 3 });
  });
});
