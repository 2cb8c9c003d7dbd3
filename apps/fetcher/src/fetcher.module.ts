import { CONFIG, HealthRegistry, type ServiceDefinition } from '@khabar/runtime';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { RawArchive } from './archive/raw-archive.ts';
import { type FetcherConfig, fetcherSettings } from './config.ts';
import { fetcherSchema, openDatabase, watchDatabase } from './database.ts';
import { PushController } from './discovery/push.controller.ts';
import { Workspace } from './discovery/workspace.ts';
import { FetcherEvents } from './events.ts';
import { DocumentFetcher } from './fetching/fetch-document.ts';
import { Poller } from './scheduling/poller.ts';
import { SourcesController } from './sources/sources.controller.ts';
import { SourcesService } from './sources/sources.service.ts';

/** The fetcher: sources in, raw articles out. */
@Module({
  controllers: [SourcesController, PushController],
  providers: [
    {
      provide: DataSource,
      inject: [CONFIG, HealthRegistry],
      async useFactory(config: FetcherConfig, health: HealthRegistry) {
        const database = await openDatabase(config.DATABASE_URL!);
        watchDatabase(database, health);
        return database;
      },
    },
    {
      provide: DocumentFetcher,
      inject: [CONFIG],
      useFactory: (config: FetcherConfig) =>
        new DocumentFetcher({
          userAgent: config.FETCH_USER_AGENT,
          maxBytes: config.FETCH_MAX_BYTES,
          connectTimeoutMs: config.FETCH_CONNECT_TIMEOUT,
          idleTimeoutMs: config.FETCH_IDLE_TIMEOUT,
          timeoutMs: config.FETCH_TIMEOUT,
          ports: config.FETCH_PORTS,
          allowPrivate: config.FETCH_ALLOW_PRIVATE,
        }),
    },
    {
      provide: Workspace,
      inject: [CONFIG],
      useFactory: (config: FetcherConfig) => new Workspace(config.FETCH_FOLDERS_ROOT, config.KHABAR_DATA),
    },
    FetcherEvents,
    Poller,
    RawArchive,
    SourcesService,
  ],
})
export class FetcherModule implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(DocumentFetcher) private readonly documents: DocumentFetcher,
    @Inject(HttpAdapterHost) http: HttpAdapterHost,
  ) {
    takeXmlBodies(http);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.documents.close();
    await this.database.destroy();
  }
}

/** OPML comes as bytes, for it says its charset itself. */
function takeXmlBodies({ httpAdapter }: HttpAdapterHost): void {
  const server = httpAdapter.getInstance<ContentTypes>();
  server.addContentTypeParser(
    /^(?:text\/x-opml|text\/xml|application\/xml|.*\+xml)\b/,
    { parseAs: 'buffer' },
    (_, body, done) => done(null, body),
  );
}

/** What of Fastify is used. */
interface ContentTypes {
  addContentTypeParser(
    type: RegExp,
    options: { parseAs: 'buffer' },
    parser: (request: unknown, body: Buffer, done: (error: Error | null, body: Buffer) => void) => void,
  ): void;
}

const JSON_OVERHEAD = 2;
const LARGEST_OPML_BYTES = 16 * 1024 * 1024;

/** How the fetcher is run. */
export const fetcherService = {
  name: 'fetcher',
  module: FetcherModule,
  settings: fetcherSettings,
  schema: fetcherSchema,
  bodyLimit: (config: FetcherConfig) => Math.max(config.FETCH_MAX_BYTES * JSON_OVERHEAD, LARGEST_OPML_BYTES),
  api: { title: 'Khabar fetcher', description: 'Sources, OPML, and the push of single articles.' },
} satisfies ServiceDefinition<typeof fetcherSettings>;
