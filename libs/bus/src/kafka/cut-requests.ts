/** A record with its partition and size, to be packed. */
export interface Placed<R> {
  readonly record: R;
  readonly topic: string;
  readonly partition: number;
  readonly bytes: number;
}

/** Records of one partition that travel as one record batch. */
export interface Cut<R> {
  readonly topic: string;
  readonly partition: number;
  readonly records: R[];
  readonly bytes: number;
}

/** Limits of what is sent at once. */
export interface CutLimits {
  /** Of a partition's batch in bytes; a larger record travels alone. */
  readonly batchBytes: (topic: string) => number;
  /** Of all batches of a request together, unless one alone is larger. */
  readonly requestBytes: number;
  /** Records in a batch: kafkajs takes quadratic time to gather them. */
  readonly batchRecords: number;
}

/**
 * Cuts records into requests to be sent one after the other, each with at most one batch a partition. Within a partition the order
 * stays. A refused batch makes kafkajs lose count of the others of its request, so a batch that could be refused for its size must
 * not come about.
 */
export function cutRequests<R>(placed: readonly Placed<R>[], limits: CutLimits): Cut<R>[][] {
  const queues = new Map<string, Cut<R>[]>();
  for (const { record, topic, partition, bytes } of placed) {
    const queue = queues.get(`${partition} ${topic}`) ?? [];
    queues.set(`${partition} ${topic}`, queue);
    const last = queue.at(-1);
    if (last && last.bytes + bytes <= limits.batchBytes(topic) && last.records.length < limits.batchRecords) {
      last.records.push(record);
      queue[queue.length - 1] = { ...last, bytes: last.bytes + bytes };
    } else {
      queue.push({ topic, partition, records: [record], bytes });
    }
  }
  const requests: Cut<R>[][] = [];
  for (let round = 0; ; round += 1) {
    const cuts = [...queues.values()].flatMap((queue) => queue[round] ?? []);
    if (cuts.length === 0) return requests;
    let bytes = Infinity;
    for (const cut of cuts) {
      if (bytes + cut.bytes > limits.requestBytes) {
        requests.push([]);
        bytes = 0;
      }
      requests.at(-1)!.push(cut);
      bytes += cut.bytes;
    }
  }
}
