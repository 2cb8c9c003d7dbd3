import { type CommonConfig, CONFIG, problem } from '@khabar/runtime';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ArticleQuery } from '../articles/article-query.ts';
import type { StoreConfig } from '../config.ts';
import { ExportSnapshot } from './export-snapshot.ts';

/** One connection in so many may be an export's: each has one for as long as it takes, and articles are to be saved meanwhile. */
const CONNECTIONS_FOR_EACH = 5;

/** The exports of this store that are under way. */
@Injectable()
export class Exports implements BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #atOnce: number;
  readonly #running = new Set<Promise<void>>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CONFIG) config: CommonConfig & Pick<StoreConfig, 'DATABASE_CONNECTIONS'>,
  ) {
    this.#atOnce = Math.max(1, Math.floor(config.DATABASE_CONNECTIONS / CONNECTIONS_FOR_EACH));
  }

  /**
   * Opens a snapshot and has it read; it is closed when that is done.
   * @throws HttpException 503 where as many run as may, or the service stops; KhabarError `database-unavailable`; what `read` throws
   */
  async run(query: ArticleQuery, read: (snapshot: ExportSnapshot, stopping: AbortSignal) => Promise<void>) {
    if (this.#stop.signal.aborted) throw problem(503, 'stopping', 'The service is stopping; ask again in a moment');
    if (this.#running.size >= this.#atOnce) {
      throw problem(503, 'too-many-exports', `${this.#atOnce} at once is what this store does; ask again later`);
    }
    const running = this.#export(query, read);
    const settled = running.catch(() => undefined);
    this.#running.add(settled);
    try {
      await running;
    } finally {
      this.#running.delete(settled);
    }
  }

  /** Before the server waits for its connections to end: an export can be gone on with. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #export(query: ArticleQuery, read: (snapshot: ExportSnapshot, stopping: AbortSignal) => Promise<void>) {
    await using snapshot = await ExportSnapshot.open(this.dataSource, query);
    await read(snapshot, this.#stop.signal);
  }
}
