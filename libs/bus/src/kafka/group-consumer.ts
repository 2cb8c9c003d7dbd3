import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '../handling.ts';
import { backoffMs } from '../delivery.ts';
import type { KhabarError } from '@khabar/contracts';
import type { ConsumeRequest } from '../driver.ts';
import { type KafkaSettings, kafkaError } from './client.ts';
import { ConsumerRun, type NewCommits } from './consumer-run.ts';
import { patiently } from './patiently.ts';

/** Pauses between attempts to build a consumer anew. */
const PAUSES = { retryBaseMs: 250, retryMaxMs: 5_000 };
const FIRST_JOIN_MS = 10_000;
/** How long a consumer must have worked before what it cannot read counts as gone, in milliseconds. */
const READS_AGAIN_MS = 5_000;

/** One member of a group, for as long as it is wanted: where kafkajs's consumer dies for good, a new one takes its place. */
export class GroupConsumer implements Subscription {
  readonly #settings: KafkaSettings;
  readonly #request: ConsumeRequest;
  readonly #newCommits: NewCommits;
  readonly #stop = new AbortController();
  #run: ConsumerRun;
  #mending: Promise<void> | null = null;
  #failures = 0;
  /** What cannot be read, and ends each consumer anew; null when nothing is known of it. */
  #unreadable: KhabarError | null = null;
  #joinedAtMs = performance.now();
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

  /** Why it does not consume, in words; null when it does. */
  get trouble(): string | null {
    const unreadable = this.#reads() ? null : this.#unreadable;
    if (unreadable) return `${this.name} (${unreadable.code}: ${unreadable.message})`;
    return this.#mending ? this.name : null;
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

  #reads(): boolean {
    return this.#mending === null && performance.now() - this.#joinedAtMs >= READS_AGAIN_MS;
  }

  async #mend(broken: unknown): Promise<void> {
    let error = broken;
    const reason = kafkaError(broken);
    if (reason.dependency || this.#reads()) this.#failures = 0;
    // what comes of a record that cannot be read comes of it again
    this.#unreadable = reason.dependency ? null : reason;
    // what its handlers have in hand is lost to it, but they are to be through before the same events come again
    await this.#run.stop();
    for (;;) {
      this.#failures += 1;
      this.#request.onDisturbance(`The consumer ${this.name} broke and is built anew`, kafkaError(error));
      try {
        await sleep(backoffMs(this.#failures, PAUSES, Math.random()), undefined, { signal: this.#stop.signal });
        this.#run = await ConsumerRun.start(this.#settings, this.#request, this.#newCommits);
        this.#joinedAtMs = performance.now();
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
