import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type KafkaCluster, startKafkaCluster } from './kafka-cluster.ts';

/** ApiVersions v0 (KIP-35): length, key 18, version, correlation id, no client id. Whatever answers it is a broker at work. */
const ASK_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

function answers(broker: string, timeoutMs = 1_000): Promise<boolean> {
  const [host, port] = broker.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port), timeout: timeoutMs });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(ASK_VERSIONS));
    socket.once('data', end(true)).once('error', end(false)).once('timeout', end(false)).once('close', end(false));
  });
}

describe('a cluster of two brokers behind proxies', () => {
  let cluster: KafkaCluster;
  beforeAll(async () => {
    cluster = await startKafkaCluster({ size: 2, proxied: true });
  });
  afterAll(() => cluster?.stop());

  const answering = () => Promise.all(cluster.nodes.map(({ broker }) => answers(broker)));

  it('answers at the address of each', async () => {
    expect(cluster.brokers).toEqual(cluster.nodes.map(({ proxy }) => proxy!.address));
    expect(await answering()).toEqual([true, true]);
  });

  it('is reached through the proxies alone', async () => {
    await cluster.nodes[0]!.proxy!.refuse();
    expect(await answering()).toEqual([false, true]);
    await cluster.nodes[0]!.proxy!.accept();
    expect(await answering()).toEqual([true, true]);
  });

  it('loses one that is killed until it is started again', async () => {
    await cluster.nodes[1]!.kill();
    expect(await answering()).toEqual([true, false]);
    await cluster.nodes[1]!.restart();
    await eventually(async () => (await answering())[1]);
  });

  it('hears nothing from one that is frozen until it is thawed', async () => {
    cluster.nodes[0]!.freeze();
    expect(await answering()).toEqual([false, true]);
    cluster.nodes[0]!.thaw();
    await eventually(async () => (await answering())[0]);
  });
});
