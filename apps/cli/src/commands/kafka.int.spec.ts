import {
  TOPICS,
  articleChangeEvent,
  articleChangeExample,
  rawArticleEvent,
  rawArticleExample,
} from '@khabar/contracts';
import { type OwnKafkaServer, describeKafka, freePort, startFakeWeb, startOwnKafka } from '@khabar/testing';
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

  it('replay reads and publishes there what the store does not know', async () => {
    await using store = await startFakeWeb();
    store.route('/api/v1/raw-articles', { body: JSON.stringify({ items: [] }) });
    await using bus = await openFoundBus({ kafkaBrokers: kafka.brokers, databaseUrl: null, foundBy: 'KAFKA_BROKERS' });
    const { url } = rawArticleExample;
    await bus.publish([rawArticleEvent(rawArticleExample)]);
    const args = ['replay', 'news.raw.v1', '--from', '0', '--json'];
    const { code, stdout } = await runRecorded(args, { env: { ...env, KHABAR_STORE_URL: store.origin } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ published: 1, verdicts: { new: 1 } });
    const { signal } = new AbortController();
    for await (const { value } of bus.read('news.articles.v1', { from: 'beginning', follow: false, signal })) {
      expect(JSON.parse(value!.toString())).toMatchObject({ rawId: rawArticleExample.id, canonicalUrl: url });
    }
    expect.assertions(3);
  });
});
