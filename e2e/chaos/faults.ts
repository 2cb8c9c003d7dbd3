import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@khabar/testing';
import type { FaultKind, PlannedFault } from './plan.ts';
import type { World } from './world.ts';

/** Longer than the 10 s after which a group gives a silent member's partitions to the others. */
const FROZEN_MS = 12_000;
/** A broker, for which whole services wait, freezes for a shorter time. */
const FROZEN_BROKER_MS = 5_000;
const REFUSED_MS = 3_000;
const SLOW_MS = 3_000;
/** How long each piece is held back while connections are slow. */
const DELAY_MS = 40;

/** Does it; resolves when the fault itself is over: what was killed runs again, what was frozen or refused goes on. */
export async function commit({ kind, target }: PlannedFault, world: World): Promise<void> {
  if (target === 'kafka') return onKafka(kind, world);
  if (target === 'postgres') return onPostgres(kind, world);
  const service = world.service(target);
  if (kind === 'kill -9') return service.restart();
  service.freeze();
  try {
    await sleep(FROZEN_MS);
  } finally {
    service.thaw();
  }
}

async function onKafka(kind: FaultKind, world: World): Promise<void> {
  const broker = world.kafka.nodes[0]!;
  if (kind === 'kill -9') return broker.restart();
  if (kind !== 'frozen') return onConnections(kind, world.kafkaProxy);
  broker.freeze();
  try {
    await sleep(FROZEN_BROKER_MS);
  } finally {
    broker.thaw();
  }
}

async function onPostgres(kind: FaultKind, { postgres, postgresProxy }: World): Promise<void> {
  if (kind === 'kill -9') await postgres.kill();
  else if (kind === 'restart') await postgres.stop();
  else return onConnections(kind, postgresProxy);
  await postgres.start();
}

async function onConnections(kind: FaultKind, proxy: TcpProxy): Promise<void> {
  if (kind === 'connections cut') proxy.cut();
  if (kind === 'connections half-closed') proxy.halfClose();
  if (kind === 'connections refused') {
    await proxy.refuse();
    try {
      await sleep(REFUSED_MS);
    } finally {
      await proxy.accept();
    }
  }
  if (kind === 'connections slow') {
    proxy.delay(DELAY_MS);
    try {
      await sleep(SLOW_MS);
    } finally {
      proxy.delay(0);
    }
  }
}
