import { RAW_ARTICLES } from '@khabar/contracts';
import { describeKafka, uniqueName } from '@khabar/testing';
import { expect, it } from 'vitest';
import { collect } from '../contract/workbench.contract.ts';
import { newClient } from './client.ts';
import { openKafkaDriver } from './kafka-driver.ts';

describeKafka('aborted records', (brokers) => {
  it('are not read where the transaction that began first is aborted last', async () => {
    const settings = { brokers, clientId: 'test', lingerMs: 0 };
    const driver = openKafkaDriver(settings);
    const topic = { ...RAW_ARTICLES, name: uniqueName('aborted'), partitions: 1 };
    await driver.ensureTopics([topic]);
    const producers = [1, 2].map(() =>
      newClient(settings).producer({ transactionalId: uniqueName('transaction'), maxInFlightRequests: 1 }),
    );
    try {
      for (const producer of producers) await producer.connect();
      const [first, second] = [await producers[0]!.transaction(), await producers[1]!.transaction()];
      await first.send({ topic: topic.name, messages: [{ value: 'of the first' }] });
      await second.send({ topic: topic.name, messages: [{ value: 'of the second' }] });
      await second.abort();
      await first.abort();
      await driver.send([{ topic: topic.name, key: null, headers: {}, value: Buffer.from('seen') }]);
      const signal = new AbortController().signal;
      const records = await collect(driver.read(topic.name, { from: 'beginning', follow: false, signal }));
      expect(records.map(({ value }) => String(value))).toEqual(['seen']);
    } finally {
      for (const producer of producers) await producer.disconnect();
      await driver.close();
    }
  });
});
