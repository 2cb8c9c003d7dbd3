import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { DATABASE_CLOSED, WRONG_SETTINGS } from '@khabar/runtime';

/** What a supervised process reports. */
export interface ProcessListener {
  /** It serves; said again after each restart. */
  ready(name: string, url: string): void;
  /** It ended without being asked and starts again after `delayMs`. */
  restarting(name: string, how: string, delayMs: number): void;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** Ends in a row without ever having been ready, after which starting again makes no sense. */
const HOPELESS_AFTER = 3;

/**
 * A service as a child process that is started again whenever it ends unasked. The channel between the two closes with the
 * supervisor, however it ends, and the child then stops by itself.
 */
export class SupervisedProcess implements AsyncDisposable {
  readonly name: string;
  readonly #command: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #listener: ProcessListener;
  readonly #stopTimeoutMs: number;
  readonly #prepareDatabase: () => Promise<boolean>;
  readonly #stop = new AbortController();
  readonly #firstReady = Promise.withResolvers<string>();
  #child: ChildProcess | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(of: {
    name: string;
    command: readonly string[];
    env: NodeJS.ProcessEnv;
    /** How long it may take to finish what it holds, before it is ended by force. */
    stopTimeoutMs: number;
    /** Asked where the database is closed to it; false where that cannot be helped. */
    prepareDatabase: () => Promise<boolean>;
    listener: ProcessListener;
  }) {
    this.name = of.name;
    this.#command = of.command;
    this.#env = of.env;
    this.#stopTimeoutMs = of.stopTimeoutMs;
    this.#prepareDatabase = of.prepareDatabase;
    this.#listener = of.listener;
    this.#firstReady.promise.catch(() => undefined); // whoever asks hears of it through start()
  }

  /** Resolves with the service's address when it serves for the first time; rejects when it ends again and again without. */
  start(): Promise<string> {
    this.#running = this.#keepRunning();
    return this.#firstReady.promise;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks the process to finish what it holds, and ends it by force when that takes too long. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    const force = globalThis.setTimeout(() => child?.kill('SIGKILL'), this.#stopTimeoutMs);
    await this.#running;
    clearTimeout(force);
  }

  async #keepRunning(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const { how, wasReady, code } = await this.#runOnce();
      if (this.#stop.signal.aborted) return;
      failures = wasReady ? 0 : failures + 1;
      if (code === WRONG_SETTINGS) {
        this.#firstReady.reject(new Error(`The ${this.name} has named its wrong settings above: correct them`));
        return;
      }
      if (code === DATABASE_CLOSED && failures < HOPELESS_AFTER && (await this.#prepareDatabase())) continue;
      if (failures >= HOPELESS_AFTER) {
        this.#firstReady.reject(new Error(`The ${this.name} ended ${failures} times before it was ready (${how})`));
        failures = HOPELESS_AFTER - 1; // after a first success it is tried for ever, at the longest pause
      }
      const delayMs = Math.min(FIRST_DELAY_MS * 4 ** failures, LONGEST_DELAY_MS);
      this.#listener.restarting(this.name, how, delayMs);
      await setTimeout(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #runOnce(): Promise<{ how: string; wasReady: boolean; code: number | null }> {
    const [program, ...args] = this.#command;
    const child = spawn(program!, args, { env: this.#env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    let wasReady = false;
    child.on('message', (message: { ready?: unknown }) => {
      if (typeof message.ready !== 'string') return;
      wasReady = true;
      this.#firstReady.resolve(message.ready);
      this.#listener.ready(this.name, message.ready);
    });
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      const how = signal ? `ended by ${signal}` : `exit code ${code}`;
      return { how, wasReady, code };
    } catch (error) {
      const how = error instanceof Error ? error.message : String(error);
      return { how, wasReady, code: null };
    }
  }
}
