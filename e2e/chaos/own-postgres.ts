import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@khabar/embedded-postgres';
import { endWithTests, freePort } from '@khabar/testing';

/** Its data need survive the end of its processes, not that of the machine. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };

/** A Postgres that may be killed and started again, at one port and with one set of data. */
export class OwnPostgres implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #running: EmbeddedPostgres | null = null;
  #release: () => void = () => undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<OwnPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'khabar-chaos-'));
    await chmod(folder, 0o755); // started by root, Postgres runs as another user, who must get in
    const postgres = new OwnPostgres(folder, await freePort());
    await postgres.start();
    return postgres;
  }

  /** Its own address, with the password. */
  get url(): string {
    return this.#running!.url;
  }

  async start(): Promise<void> {
    const dataDir = join(this.#folder, 'data');
    this.#running = await startEmbeddedPostgres({ dataDir, port: this.port, settings: SETTINGS, log: () => undefined });
    this.#release = endWithTests(this.#running.pid, this.#folder);
  }

  /** SIGKILL of the postmaster: its processes end when they see that it is gone. */
  async kill(): Promise<void> {
    this.#release();
    process.kill(this.#running!.pid, 'SIGKILL');
    await this.#running!.exited;
  }

  /** An orderly stop, in which open transactions are rolled back. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
