import { fileURLToPath } from 'node:url';
import { openBus } from '@khabar/bus';
import { TOPICS, articleEvent, articleExample } from '@khabar/contracts';
import { describeKafka, startProcess, uniqueName } from '@khabar/testing';
import { expect, it } from 'vitest';

const SAMPLE = fileURLToPath(new URL('../docs/consumers/read-articles.ts', import.meta.url));

describeKafka('the consumer in docs/consumers', (brokers) => {
  it('prints the articles that are on the topic, and those that come', async () => {
    await using bus = await openBus({
      service: 'test',
      version: '0.0.0',
      kafkaBrokers: brokers,
      databaseUrl: null,
      maxAttempts: 1,
      retryBaseMs: 1,
      retryMaxMs: 1,
      batchMaxEvents: 10,
      batchMaxBytes: 1024,
      lingerMs: 0,
    });
    await bus.ensureTopics(TOPICS);
    const [first, second] = [uniqueName('first'), uniqueName('second')];
    await bus.publish([articleEvent({ ...articleExample, title: first }, articleExample.rawId)]);
    const env = { ...process.env, KAFKA_BROKERS: brokers.join(',') };
    await using sample = await startProcess(process.execPath, [SAMPLE], { env });
    await sample.waitForLine(new RegExp(first));
    await bus.publish([articleEvent({ ...articleExample, title: second }, articleExample.rawId)]);
    const [line] = await sample.waitForLine(new RegExp(`.*${second}`));
    expect(line).toBe(`${articleExample.fetchedAt} ${second}`);
  });
});
