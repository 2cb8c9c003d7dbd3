import { type KafkaCluster, startKafkaCluster } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busContract } from '../bus.contract.ts';
import { RollingKills, whenInSync } from './cluster-workbench.contract.ts';

describe('three brokers, one of them killed at a time', () => {
  let cluster: KafkaCluster;
  let kills: RollingKills;
  beforeAll(async () => {
    cluster = await startKafkaCluster();
    await whenInSync(cluster);
    kills = new RollingKills(cluster);
  });
  afterAll(async () => {
    await kills?.stop();
    console.log(`Brokers killed: ${kills.count}`);
    expect(kills.count).toBeGreaterThan(0);
    await cluster?.stop();
  });

  busContract('the Kafka driver', () => ({ kafkaBrokers: cluster.brokers, databaseUrl: null }), {
    foreignRecords: true,
  });
});
