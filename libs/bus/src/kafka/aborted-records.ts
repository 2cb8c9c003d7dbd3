import { createRequire } from 'node:module';

/** A record as kafkajs decodes it, of which this concerns a part. */
export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  /** A mark of a transaction, which no consumer is shown. */
  isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

/** A transaction that was aborted, as the broker tells of it beside the records of a fetch. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

interface FetchedPartition {
  readonly messages: readonly FetchedMessage[];
  abortedTransactions?: readonly AbortedTransaction[];
}

interface Broker {
  fetch(request: unknown): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
}

/** Version and type of the mark that ends an aborted transaction (ControlRecordType.java). */
const ABORT_MARK = Buffer.from([0, 0, 0, 0]);

/**
 * Marks the records of aborted transactions as nobody's to see, after the Java client's way (CompletedFetch.java): the transactions of
 * all producers are gone through by their first offsets, which is not the order in which the broker names them.
 */
export function hideAborted(messages: readonly FetchedMessage[], aborted: readonly AbortedTransaction[]): void {
  const coming = aborted.map(({ producerId, firstOffset }) => ({ producerId, first: BigInt(firstOffset) }));
  coming.sort((a, b) => (a.first < b.first ? -1 : 1));
  const open = new Set<string>();
  let next = 0;
  for (const message of messages) {
    const offset = BigInt(message.offset);
    for (; next < coming.length && coming[next]!.first <= offset; next += 1) open.add(coming[next]!.producerId);
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (message.key?.equals(ABORT_MARK)) open.delete(producerId);
    } else if (inTransaction && open.has(producerId)) message.isControlRecord = true;
  }
}

let mended = false;

/**
 * Has kafkajs show no aborted record. kafkajs 2.2.4 takes the broker's list as ordered by first offset, and at most one of it for each
 * record: where transactions of several producers lie across each other, it shows what was aborted. Mended where answers come in,
 * before it looks at them; the records keep their places, lest a position be lost. Done once, for the whole process.
 */
export function mendFetch(): void {
  if (mended) return;
  mended = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as { prototype: Broker };
  const { fetch } = prototype;
  prototype.fetch = async function (this: Broker, request) {
    const answer = await fetch.call(this, request);
    for (const { partitions } of answer.responses) {
      for (const partition of partitions) {
        if (!partition.abortedTransactions?.length) continue;
        hideAborted(partition.messages, partition.abortedTransactions);
        partition.abortedTransactions = [];
      }
    }
    return answer;
  };
}
