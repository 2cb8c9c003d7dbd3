import { describeKafka } from '@khabar/testing';
import { busContract } from '../bus.contract.ts';

describeKafka('with Kafka', (kafkaBrokers) => {
  busContract('the Kafka driver', () => ({ kafkaBrokers, databaseUrl: null }), { foreignRecords: true });
});
