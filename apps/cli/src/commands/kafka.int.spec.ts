import {
  RAW_ARTICLES,
  TOPICS,
  articleChangeEvent,
  articleChangeExample,
  rawArticleEvent,
  rawArticleExample,
  rejectedInputEvent,
  rejectedInputExample,
} from '@khabar/contracts';
import {
  type OwnKafkaServer,
  createTestDatabase,
  describeKafka,
  freePort,
  startFakeWeb,
  startOwnKafka,
} from '@khabar/testing';
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
    expect(topics).toContainEqual(expect.objectContaining({ name: 'news.changes.v1', partitions: 12, records: 3 }));
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

  it('bus export moves the embedded log here, and says what to do then', async () => {
    const database = await createTestDatabase();
    try {
      const address = { kafkaBrokers: null, databaseUrl: database.url, foundBy: 'DATABASE_URL' } as const;
      await using embedded = await openFoundBus(address);
      await embedded.ensureTopics(TOPICS);
      const event = rejectedInputEvent(crypto.randomUUID(), rawArticleExample.id, rejectedInputExample);
      const at = '2026-03-14T09:30:00.000Z';
      const reason = { code: 'too-large', message: '50 MB', attempts: 1, firstAt: at, lastAt: at };
      await embedded.reject(RAW_ARTICLES, event, reason);
      const given = { env: { DATABASE_URL: database.url } };
      const to = ['bus', 'export', '--to', kafka.brokers.join(',')];
      const dry = await runRecorded([...to, '--dry-run'], given);
      expect(dry).toMatchObject({ code: 0, stderr: '' });
      expect(dry.stdout).toMatch(/^news\.raw\.v1\.dead-letter +12 +0 +1 +there$/m);
      const { code, stdout, stderr } = await runRecorded(to, given);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('exported 1 record; every group goes on in Kafka where it was\n');
      expect(stdout).toContain(`Now set KAFKA_BROKERS=${kafka.brokers.join(',')}`);
      const list = await runRecorded(['dead-letters', 'list', '--json'], { env });
      expect(JSON.parse(list.stdout)).toMatchObject([{ subject: rawArticleExample.id, reason: { code: 'too-large' } }]);
      expect((await runRecorded(['dead-letters', 'discard', '--all', '--yes'], { env })).code).toBe(0);
      expect((await runRecorded(['dead-letters', 'list', '--json'], { env })).stdout).toBe('[]\n');
      expect((await runRecorded(['bus', 'export'], given)).code).toBe(2);
    } finally {
      await database.drop();
    }
  });
});
