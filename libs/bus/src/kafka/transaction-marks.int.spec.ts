import { deadLetterTopic, encodeEvent } from '@khabar/contracts';
import { describeKafka, eventually, uniqueName } from '@khabar/testing';
import { Kafka, type Transaction, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { Workbench, lagOf, rawEvent, rawEvents, remember } from '../contract/workbench.contract.ts';

describeKafka('the marks of transactions', (brokers) => {
  it('of one that was aborted leave no lag, and do not let a commit pass over what is at work', async () => {
    await using bench = new Workbench({ kafkaBrokers: brokers, databaseUrl: null }, 1);
    const bus = await bench.ready();
    await bus.ensureTopics([bench.raw, deadLetterTopic(bench.raw)]);
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ transactionalId: uniqueName('id') });
    await producer.connect();
    /** One event in a transaction of its own. */
    const produce = async (name: string, end: (transaction: Transaction) => Promise<void>) => {
      const { headers, value } = encodeEvent(rawEvent(name));
      const transaction = await producer.transaction();
      await transaction.send({
        topic: bench.raw.name,
        messages: [{ key: rawEvent(name).subject, headers: { ...headers }, value }],
      });
      await end(transaction);
    };
    const abort = (transaction: Transaction) => transaction.abort();
    const commit = (transaction: Transaction) => transaction.commit();
    try {
      const [seen, gate] = [remember(), Promise.withResolvers<void>()];
      await bus.subscribe<'news.raw.v1'>({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch) => {
          await seen.handle(batch);
          if (seen.names.includes('long')) await gate.promise;
        },
      });
      await bus.publish(rawEvents(3));
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      await produce('gone', abort);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);

      await produce('long', commit);
      await eventually(() => seen.names.includes('long'));
      const left = (await lagOf(bus, bench.group, bench.raw))!;
      await produce('gone-too', abort);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === left + 2n);
      gate.resolve();
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(seen.names).toEqual([...rawEvents(3).map(({ data }) => data.body), 'long']);
    } finally {
      await producer.disconnect();
    }
  });
});
