import { KhabarError } from '@khabar/contracts';
import type { NumberedSender, OutgoingRecord } from '../driver.ts';
import type { Log } from './log.ts';

/** Batches with a number, which stands in the log and is written with them. */
export class EmbeddedNumberedSender implements NumberedSender {
  readonly last: bigint | null;
  readonly #log: Log;
  readonly #name: string;
  readonly #epoch: bigint;

  /** @throws KhabarError of the database */
  static async open(log: Log, name: string): Promise<EmbeddedNumberedSender> {
    const { epoch, last } = await log.openPublisher(name);
    return new EmbeddedNumberedSender(log, name, epoch, last);
  }

  private constructor(log: Log, name: string, epoch: bigint, last: bigint | null) {
    this.#log = log;
    this.#name = name;
    this.#epoch = epoch;
    this.last = last;
  }

  async send(number: bigint, records: readonly OutgoingRecord[]): Promise<void> {
    if (await this.#log.publishNumbered(this.#name, this.#epoch, number, records)) return;
    throw new KhabarError('fenced', 'Another publisher has taken over', { dependency: true });
  }

  async close(): Promise<void> {
    // it holds nothing
  }
}
