import { type Bus, openBus } from '@khabar/bus';
import { ARTICLES, type CloudEvent } from '@khabar/contracts';
import { createLogger, readConfig } from '@khabar/runtime';
import { uniqueName } from '@khabar/testing';
import { Client } from 'pg';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { ArticlesConsumer } from '../../apps/store/src/articles/articles.consumer.ts';
import { ChangeFeed } from '../../apps/store/src/changes/change-feed.ts';
import { Clusterer } from '../../apps/store/src/clusters/clusterer.ts';
import { type StoreConfig, storeSettings } from '../../apps/store/src/config.ts';
import { openDatabase } from '../../apps/store/src/database/open-database.ts';
import { Eraser } from '../../apps/store/src/erasure/eraser.ts';
import { StoreEvents } from '../../apps/store/src/events.ts';
import { emptySearchList } from '../../apps/store/src/indexing/index-articles.ts';
import { Indexer } from '../../apps/store/src/indexing/indexer.ts';
import { OutboxRelay } from '../../apps/store/src/outbox/outbox-relay.ts';
import type { BenchRun } from '../bench.ts';
import { busSettings, postgres } from '../bus/log-of-own.ts';

type ArticleEvent = CloudEvent<'news.articles.v1'>;

/** Events in one batch, as the bus gives them to the store at most. */
export const BATCH = 500;

/** Partitions that are worked on at once; a store has up to twelve. */
const PARTITIONS = 4;

/** The parts of one store in this process, on a database of its own: what it does with articles, without what brings and announces them. */
export interface OneStore extends AsyncDisposable {
  readonly dataSource: DataSource;
  /** Saves events as batches of several partitions come in; resolves when the last is durable. `durable` is told of each batch as soon as it is. */
  save(events: readonly ArticleEvent[], durable?: (batch: readonly ArticleEvent[]) => void): Promise<void>;
  /** Has the search index and the clusters follow what is saved, from now on. */
  follow(): void;
  /** Resolves when both have caught up, and nothing is pending in the index. */
  caughtUp(): Promise<void>;
}

/** A database of its own on the run's Postgres. @returns its address */
export async function ownDatabase(run: BenchRun): Promise<string> {
  const server = await postgres(run);
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const name = uniqueName('bench').replaceAll(/[^a-z0-9]/g, '_');
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** A store with nothing in it, until the end of the run. */
export async function openOneStore(run: BenchRun): Promise<OneStore> {
  return run.ends(await openStoreOf(await ownDatabase(run)));
}

/** A store on a database that may hold articles; its owner closes it. */
export async function openStoreOf(url: string): Promise<OneStore> {
  const config = readConfig(storeSettings, { DATABASE_URL: url });
  const dataSource = await openDatabase({ url, connections: config.DATABASE_CONNECTIONS });
  const bus = await openBus(busSettings({ kafkaBrokers: null, databaseUrl: url }));
  return new StoreParts(dataSource, bus, config);
}

class StoreParts implements OneStore {
  readonly dataSource: DataSource;
  readonly #bus: Bus;
  readonly #consumer: ArticlesConsumer;
  readonly #indexer: Indexer;
  readonly #clusterer: Clusterer;

  constructor(dataSource: DataSource, bus: Bus, config: StoreConfig) {
    this.dataSource = dataSource;
    this.#bus = bus;
    const report = new StoreEvents(createLogger({ name: 'store', level: 'silent', format: 'json' }), new Registry());
    const relay = new OutboxRelay(dataSource, bus, report, new ChangeFeed(dataSource, report), config);
    this.#clusterer = new Clusterer(dataSource, relay, report);
    this.#indexer = new Indexer(dataSource, report, config);
    const eraser = new Eraser(dataSource, bus, relay, this.#clusterer, report);
    this.#consumer = new ArticlesConsumer(dataSource, relay, this.#clusterer, this.#indexer, eraser, report);
  }

  async save(
    events: readonly ArticleEvent[],
    durable: (batch: readonly ArticleEvent[]) => void = () => undefined,
  ): Promise<void> {
    const batches = Array.from({ length: Math.ceil(events.length / BATCH) }, (_, at) =>
      events.slice(at * BATCH, (at + 1) * BATCH),
    ).values();
    const { signal } = new AbortController();
    const partitions = Array.from({ length: PARTITIONS }, async (_, partition) => {
      for (const batch of batches) {
        const received = batch.map((event) => ({ event, key: event.data.id, offset: 0n, attempt: 1, bytes: 0 }));
        const outcomes = await this.#consumer.save({ topic: ARTICLES.name, partition, events: received, signal });
        if (outcomes.some((outcome) => outcome !== 'done')) throw new Error('the store refused an article');
        durable(batch);
      }
    });
    await Promise.all(partitions);
  }

  follow(): void {
    this.#indexer.onApplicationBootstrap();
    this.#clusterer.onApplicationBootstrap();
  }

  async caughtUp(): Promise<void> {
    for (;;) {
      const [row] = await this.dataSource.query<{ isBehind: boolean }[]>(
        `SELECT EXISTS (SELECT FROM store.unindexed) OR EXISTS (SELECT FROM store.unclustered WHERE NOT set_aside) AS "isBehind"`,
      );
      if (!row!.isBehind) return void (await emptySearchList(this.dataSource));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#indexer.stop(), this.#clusterer.stop()]);
    await this.#bus.close();
    await this.dataSource.destroy();
  }
}
