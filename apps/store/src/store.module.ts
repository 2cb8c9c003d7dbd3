import { ARTICLES, CONSUMER_GROUPS } from '@khabar/contracts';
import { CONFIG, HealthRegistry, type ServiceDefinition } from '@khabar/runtime';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ArticleSearch } from './articles/article-search.ts';
import { ArticlesConsumer } from './articles/articles.consumer.ts';
import { ArticlesController } from './articles/articles.controller.ts';
import { RawArticlesController } from './articles/raw-articles.controller.ts';
import { RepeatsCleaner } from './articles/repeats-cleaner.ts';
import { ClusterSearch } from './clusters/cluster-search.ts';
import { Clusterer } from './clusters/clusterer.ts';
import { ChangeFeed } from './changes/change-feed.ts';
import { ChangesCleaner } from './changes/changes-cleaner.ts';
import { ChangesController } from './changes/changes.controller.ts';
import { ClustersController } from './clusters/clusters.controller.ts';
import { type StoreConfig, storeSettings } from './config.ts';
import { openDatabase, storeSchema, watchDatabase } from './database/open-database.ts';
import { Eraser } from './erasure/eraser.ts';
import { ErasureController } from './erasure/erasure.controller.ts';
import { StoreEvents } from './events.ts';
import { Exports } from './exports/exports.ts';
import { ExportsController } from './exports/exports.controller.ts';
import { Indexer } from './indexing/indexer.ts';
import { FeedsController } from './feeds/feeds.controller.ts';
import { OutboxRelay } from './outbox/outbox-relay.ts';
import { ChangeCounter } from './stats/change-counter.ts';
import { RetentionCleaner } from './retention/retention-cleaner.ts';
import { StatsController } from './stats/stats.controller.ts';

/** The store: articles in, each once with its history; changes and the query API out. */
@Module({
  controllers: [
    ArticlesConsumer,
    ArticlesController,
    RawArticlesController,
    ClustersController,
    ChangesController,
    FeedsController,
    ExportsController,
    StatsController,
    ErasureController,
  ],
  providers: [
    StoreEvents,
    {
      provide: DataSource,
      inject: [CONFIG, HealthRegistry],
      async useFactory(config: StoreConfig, health: HealthRegistry) {
        const dataSource = await openDatabase({ url: config.DATABASE_URL!, connections: config.DATABASE_CONNECTIONS });
        watchDatabase(dataSource, health);
        return dataSource;
      },
    },
    ArticleSearch,
    ClusterSearch,
    OutboxRelay,
    Clusterer,
    Indexer,
    RepeatsCleaner,
    ChangeFeed,
    Exports,
    ChangesCleaner,
    Eraser,
    ChangeCounter,
    RetentionCleaner,
  ],
})
export class StoreModule implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(Clusterer) private readonly clusterer: Clusterer,
    @Inject(Indexer) private readonly indexer: Indexer,
    @Inject(RepeatsCleaner) private readonly cleaner: RepeatsCleaner,
    @Inject(ChangesCleaner) private readonly changesCleaner: ChangesCleaner,
    @Inject(ChangeCounter) private readonly counter: ChangeCounter,
    @Inject(RetentionCleaner) private readonly retention: RetentionCleaner,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([
      this.relay.stop(),
      this.clusterer.stop(),
      this.indexer.stop(),
      this.cleaner.stop(),
      this.changesCleaner.stop(),
      this.counter.stop(),
      this.retention.stop(),
    ]);
    await this.dataSource.destroy();
  }
}

/** Batches that are saved at once: three keep this process and Postgres busy. The others wait undecoded, which is a third of what they would take. */
const BATCHES_AT_ONCE = 3;

/** How the store is run. */
export const storeService = {
  name: 'store',
  module: StoreModule,
  settings: storeSettings,
  schema: storeSchema,
  consumes: { group: CONSUMER_GROUPS.store, topics: [ARTICLES], batchesAtOnce: BATCHES_AT_ONCE },
  api: {
    title: 'Khabar store',
    description: 'Articles, each once, with their revisions; searched, filtered, counted.',
  },
} satisfies ServiceDefinition<typeof storeSettings>;
