import { type KafkaCluster, startKafkaCluster } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busContract } from '../bus.contract.ts';
import { RollingKills, whenInSync } from './cluster-workbench.contract.ts';

/**
 * Much of the suite holds in calm only: that a first publish succeeds, that nothing comes twice. A test that a kill disturbed has more
 * tries; what holds in every weather is in `losing-brokers.cluster.spec.ts`, which gives none.
 */
const AGAIN = { retry: 3, timeout: 90_000 };

describe('three brokers, one of them killed at a time', AGAIN, () => {
  let cluster: KafkaCluster;
  let kills: RollingKills;
  beforeAll(async () => {
    cluster = await startKafkaCluster();
    await whenInSync(cluster);
    kills = new RollingKills(cluster);
  });
  afterAll(async () => {
    await kills?.stop();
    console.log(`Brokers killed: ${kills.count}`); // eslint-disable-line no-console -- what the table does not say
    expect(kills.count).toBeGreaterThan(0);
    await cluster?.stop();
  });

  busContract('the Kafka driver', () => ({ kafkaBrokers: cluster.brokers, databaseUrl: null }), {
    foreignRecords: true,
  });
});
