import { execFile } from 'node:child_process';
import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@khabar/embedded-postgres';
import { openDatabase } from '../../apps/store/src/database/open-database.ts';
import type { BenchRun } from '../bench.ts';
import { FILL_CONNECTIONS, FILL_SETTINGS, fillStore } from './fill.ts';

/** What an article takes on the disk at the most, with its share of what sorting for the indexes needs meanwhile. */
const BYTES_PER_ARTICLE = 16_000;
/** The write-ahead log, and what articles are measured with. */
const BYTES_BESIDE = 6e9;
/** A server that was filled has much to write before it has stopped. */
const STOP_LIMIT_MS = 10 * 60_000;

interface TableSize {
  readonly name: string;
  readonly rows: string;
  readonly texts: string;
  readonly indexes: string;
}

/** What tables take on the disk, in MB, the largest first: their rows, values that are too long for a row, and indexes. */
const SELECT_SIZES = `
  SELECT c.relname AS name, round(pg_relation_size(c.oid) / 1e6) AS rows,
    round((pg_table_size(c.oid) - pg_relation_size(c.oid)) / 1e6) AS texts, round(pg_indexes_size(c.oid) / 1e6) AS indexes
  FROM pg_class c WHERE c.relnamespace = 'store'::regnamespace AND c.relkind = 'r' AND pg_total_relation_size(c.oid) > 1e6
  ORDER BY pg_total_relation_size(c.oid) DESC`;

/** A Postgres of the run that holds ever more of the corpus: rows that need more articles come behind those that need less. */
export class FilledServer implements AsyncDisposable {
  readonly #run: BenchRun;
  readonly #dataDir: string;
  #server: EmbeddedPostgres | null = null;
  #articles = 0;

  private constructor(run: BenchRun, dataDir: string) {
    this.#run = run;
    this.#dataDir = dataDir;
  }

  /** The one of the run. */
  static of(run: BenchRun): Promise<FilledServer> {
    return run.once('filled server', async () => {
      const folder = run.removes(await mkdtemp(join(tmpdir(), 'khabar-bench-')));
      await chmod(folder, 0o755); // started by root, Postgres runs as another user, who must get in
      return new FilledServer(run, join(folder, 'data'));
    });
  }

  /**
   * Has it hold so many articles, unless it has more, and serve with the settings that it has by default.
   * @throws Error where the disk has no room for them
   */
  async holding(articles: number): Promise<EmbeddedPostgres> {
    if (this.#articles < articles) {
      await this.#requireRoom(articles);
      await this.#fill(articles);
      this.#articles = articles;
    }
    this.#server ??= await this.#start({});
    return this.#server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  async #fill(articles: number): Promise<void> {
    const startedAtMs = performance.now();
    this.#run.log(`  filling a database with ${articles.toLocaleString('en')} articles …`);
    await this.#stop();
    this.#server = await this.#start(FILL_SETTINGS);
    const store = await openDatabase({ url: this.#server.url, connections: FILL_CONNECTIONS });
    try {
      await fillStore(this.#run, store, articles);
      const minutes = (performance.now() - startedAtMs) / 60_000;
      const [row] = await store.query<{ count: number }[]>('SELECT count(*)::int AS count FROM store.articles');
      this.#run.log(`  filled in ${minutes.toFixed(1)} minutes; ${row!.count} articles take in MB:`);
      for (const { name, rows, texts, indexes } of await store.query<TableSize[]>(SELECT_SIZES)) {
        this.#run.log(`  ${name.padEnd(16)} rows ${rows}, long values ${texts}, indexes ${indexes}`);
      }
    } finally {
      await store.destroy();
      await this.#stop();
    }
    // Nothing was flushed: what the disk still has to take would slow down what is measured.
    await promisify(execFile)('sync');
  }

  async #requireRoom(articles: number): Promise<void> {
    const folder = tmpdir();
    const { bavail, bsize } = await statfs(folder);
    const needed = (articles - this.#articles) * BYTES_PER_ARTICLE + BYTES_BESIDE;
    if (bavail * bsize >= needed) return;
    const gb = (bytes: number) => `${(bytes / 1e9).toFixed(0)} GB`;
    throw new Error(
      `${articles.toLocaleString('en')} articles need ${gb(needed)} in ${folder}, where ${gb(bavail * bsize)} are free; TMPDIR names another folder`,
    );
  }

  async #start(settings: Readonly<Record<string, string>>): Promise<EmbeddedPostgres> {
    return startEmbeddedPostgres({ dataDir: this.#dataDir, settings, log: (line) => this.#run.log(line) });
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.stop(STOP_LIMIT_MS);
  }
}
