import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { RAW_ARTICLES } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually, freePort, uniqueName } from '@khabar/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordBatch, byBatch } from '../contract/by-batch.contract.ts';
import type { Driver } from '../driver.ts';
import { openEmbeddedDriver } from './embedded-driver.ts';

/** A way to Postgres that can be cut off and opened again. */
class Way {
  readonly #port: number;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(port: number, target: URL) {
    this.#port = port;
    this.#target = target;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${this.#port}`;
    return url.href;
  }

  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(Number(this.#target.port), this.#target.hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.#sockets.delete(socket);
            other.destroy();
          });
        socket.pipe(other);
      }
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async cut(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = null;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let way: Way;
let near: Driver;
let far: Driver;
const topic = { ...RAW_ARTICLES, name: uniqueName('outage'), partitions: 3 };
beforeEach(async () => {
  way = new Way(await freePort(), new URL(database.url));
  await way.open();
  near = await openEmbeddedDriver({ databaseUrl: way.url, clientId: 'near' });
  far = await openEmbeddedDriver({ databaseUrl: database.url, clientId: 'far' });
  await far.ensureTopics([topic]);
});
afterEach(async () => {
  await near.close();
  await far.close();
  await way.cut();
});

const records = (name: string) =>
  Array.from({ length: 30 }, (_, at) => ({
    topic: topic.name,
    key: `${name}-${at}`,
    headers: {},
    value: Buffer.from('{}'),
  }));

function request(group: string, onBatch: (batch: RecordBatch) => Promise<void>) {
  const disturbances: unknown[] = [];
  const onDisturbance = (_: string, error: unknown) => void disturbances.push(error);
  return {
    topic,
    group,
    maxEvents: 10,
    maxBytes: 1024 * 1024,
    transactions: false,
    begin: byBatch(onBatch),
    onDisturbance,
    disturbances,
  };
}

describe('the embedded log, when Postgres goes away', () => {
  it('goes on consuming when it is back, and says meanwhile that it is down', async () => {
    const group = uniqueName('group');
    const seen = new Set<string>();
    const asked = request(group, async (batch) => {
      for (const { key } of batch.records) seen.add(key!);
      await batch.commit(batch.records.at(-1)!.offset + 1n).catch(() => undefined);
    });
    await near.send(records('before'));
    await near.consume(asked);
    await eventually(async () => (await far.groups([group], [topic.name]))[0]!.lag === 0n);
    const before = seen.size;

    await way.cut();
    await eventually(async () => !(await near.health()).up);
    await eventually(() => asked.disturbances.length > 0);
    expect(asked.disturbances[0]).toMatchObject({ code: 'database-unavailable', dependency: true });
    await expect(near.send(records('lost'))).rejects.toMatchObject({ code: 'database-unavailable', dependency: true });
    await far.send(records('meanwhile'));
    expect(seen.size).toBe(before);

    await way.open();
    await eventually(() => seen.size === before + 30, { timeoutMs: 20_000 });
    expect(await near.health()).toMatchObject({ up: true });
    await near.send(records('after'));
    await eventually(() => seen.size === before + 60);
    await eventually(async () => (await far.groups([group], [topic.name]))[0]!.lag === 0n);
  });

  it('keeps what it owns over a short outage when nobody else wants it', async () => {
    const group = uniqueName('group');
    const gate = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    await near.send(records('kept'));
    await near.consume(
      request(group, async (batch) => {
        signals.push(batch.signal);
        await gate.promise;
        await batch.commit(batch.records.at(-1)!.offset + 1n);
      }),
    );
    await eventually(() => signals.length === 3);
    await way.cut();
    await eventually(async () => !(await near.health()).up);
    await way.open();
    await eventually(async () => (await near.health()).up, { timeoutMs: 20_000 });
    gate.resolve();
    await eventually(async () => (await far.groups([group], [topic.name]))[0]!.lag === 0n);
    expect(signals.some((signal) => signal.aborted)).toBe(false);
  });

  it('tells the member that is back that another has taken over', async () => {
    const group = uniqueName('group');
    const gate = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    await near.send(records('taken'));
    await near.consume(
      request(group, async (batch) => {
        signals.push(batch.signal);
        await gate.promise;
      }),
    );
    await eventually(() => signals.length === 3);
    await way.cut();
    const subscription = await far.consume(request(group, (batch) => batch.commit(batch.records.at(-1)!.offset + 1n)));
    await eventually(async () => (await far.groups([group], [topic.name]))[0]!.lag === 0n);
    await way.open();
    await eventually(() => signals.length === 3 && signals.every((signal) => signal.aborted), { timeoutMs: 20_000 });
    gate.resolve();
    await subscription.close();
  });

  it('closes promptly while it is away', async () => {
    await near.consume(request(uniqueName('group'), async () => undefined));
    await way.cut();
    await eventually(async () => !(await near.health()).up);
    await near.close();
  });

  it('opens without it, and begins when it is there', async () => {
    await way.cut();
    const waiting = await openEmbeddedDriver({ databaseUrl: way.url, clientId: 'waiting' });
    await expect(waiting.topics([topic.name])).rejects.toMatchObject({ dependency: true });
    await way.open();
    expect(await waiting.topics([topic.name])).toHaveLength(1);
    await waiting.close();
  });
});
