import type { ConsumeRequest, ConsumedRecord, OwnPartition } from '../driver.ts';

/** What was read at once of one partition, for tests that consume with a driver bare. */
export interface RecordBatch {
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
  /** Aborts when the handler is to stop. */
  readonly signal: AbortSignal;
  readonly commit: OwnPartition['commit'];
}

/** Hands what is read to `onBatch`, one after the other. */
export function byBatch(onBatch: (batch: RecordBatch) => Promise<void>): ConsumeRequest['begin'] {
  return ({ partition, commit }) => {
    const stopping = new AbortController();
    let ending = false;
    let tail = Promise.resolve();
    const finish = () => {
      ending = true;
      return tail;
    };
    const stop = () => {
      stopping.abort();
      return finish();
    };
    return {
      take: (records) =>
        (tail = tail.then(async () => {
          if (!ending) await onBatch({ partition, records, signal: stopping.signal, commit });
        })),
      finish,
      stop,
      lose: stop,
    };
  };
}
