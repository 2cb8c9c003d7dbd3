import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '../bus.ts';
import { backoffMs } from '../delivery.ts';
import type { ConsumeRequest } from '../driver.ts';
import { type KafkaSettings, kafkaError } from './client.ts';
import { ConsumerRun, type NewCommits } from './consumer-run.ts';
import { patiently } from './patiently.ts';

/** Pauses between attempts to build a consumer anew. */
const PAUSES = { retryBaseMs: 250, retryMaxMs: 5_000 };
const FIRST_JOIN_MS = 10_000;

/** One member of a group, for as long as it is wanted: where kafkajs's consumer dies for good, a new one takes its place. */
export class GroupConsumer implements Subscription {
  readonly #settings: KafkaSettings;
  readonly #request: ConsumeRequest;
  readonly #newCommits: NewCommits;
  readonly #stop = new AbortController();
  #run: ConsumerRun;
  #mending: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(settings: KafkaSettings, request: ConsumeRequest, newCommits: NewCommits, run: ConsumerRun) {
    this.#settings = settings;
    this.#request = request;
    this.#newCommits = newCommits;
    this.#run = run;
    this.#watch(run);
  }

  /** Joins the group. @throws KhabarError when that fails for long; later failures are mended. */
  static async join(settings: KafkaSettings, request: ConsumeRequest, newCommits: NewCommits): Promise<GroupConsumer> {
    const run = await patiently(FIRST_JOIN_MS, () => ConsumerRun.start(settings, request, newCommits));
    return new GroupConsumer(settings, request, newCommits, run);
  }

  /** What it consumes and for whom, in words. */
  get name(): string {
    return `${this.#request.group} on ${this.#request.topic.name}`;
  }

  /** Whether it is in its group; not while it is being built anew. */
  get working(): boolean {
    return this.#mending === null;
  }

  close(): Promise<void> {
    return (this.#closing ??= (async () => {
      this.#stop.abort();
      await this.#mending;
      await this.#run.stop();
    })());
  }

  #watch(run: ConsumerRun): void {
    void run.ended.then((error) => {
      if (!this.#stop.signal.aborted) this.#mending = this.#mend(error);
    });
  }

  async #mend(broken: unknown): Promise<void> {
    let error = broken;
    // what its handlers have in hand is lost to it, but they are to be through before the same events come again
    await this.#run.stop();
    for (let failures = 1; ; failures += 1) {
      this.#request.onDisturbance(`The consumer ${this.name} broke and is built anew`, kafkaError(error));
      try {
        await sleep(backoffMs(failures, PAUSES, Math.random()), undefined, { signal: this.#stop.signal });
        this.#run = await ConsumerRun.start(this.#settings, this.#request, this.#newCommits);
        this.#mending = null;
        this.#watch(this.#run);
        return;
      } catch (again) {
        if (this.#stop.signal.aborted) return;
        error = again;
      }
    }
  }
}
