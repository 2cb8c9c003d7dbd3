/** A record with its partition and size, to be packed. */
export interface Placed<R> {
  readonly record: R;
  readonly topic: string;
  readonly partition: number;
  readonly bytes: number;
  /** What a batch of its partition may hold, in bytes; a larger record travels alone. */
  readonly batchBytes: number;
}

/** Records of one partition that travel as one record batch. */
export interface Cut<R> {
  readonly topic: string;
  readonly partition: number;
  readonly records: R[];
  bytes: number;
}

/** Limits of what is sent at once. */
export interface CutLimits {
  /** Of all batches of a request together, unless one record alone is larger. */
  readonly requestBytes: number;
  /** Records in a batch: kafkajs takes quadratic time to gather them. */
  readonly batchRecords: number;
}

/**
 * Takes the next request from what waits: at most one batch a partition. Within a partition the order stays. A refused batch makes
 * kafkajs lose count of the others of its request, so a batch that could be refused for its size must not come about.
 */
export function takeRequest<P extends Placed<unknown>>(
  waiting: readonly P[],
  limits: CutLimits,
): { cuts: Cut<P>[]; left: P[] } {
  const cuts = new Map<string, Cut<P>>();
  const full = new Set<string>();
  const left: P[] = [];
  let requestBytes = 0;
  for (const [at, each] of waiting.entries()) {
    const { topic, partition, bytes } = each;
    const place = `${partition} ${topic}`;
    if (full.has(place)) {
      left.push(each);
      continue;
    }
    if (requestBytes > 0 && requestBytes + bytes > limits.requestBytes) {
      for (const late of waiting.slice(at)) left.push(late);
      break;
    }
    const cut = cuts.get(place);
    if (!cut) cuts.set(place, { topic, partition, records: [each], bytes });
    else if (cut.bytes + bytes <= each.batchBytes && cut.records.length < limits.batchRecords) {
      cut.records.push(each);
      cut.bytes += bytes;
    } else {
      full.add(place);
      left.push(each);
      continue;
    }
    requestBytes += bytes;
  }
  return { cuts: [...cuts.values()], left };
}

/** Cuts records into requests to be sent one after the other, each as {@link takeRequest} says. */
export function cutRequests<P extends Placed<unknown>>(placed: readonly P[], limits: CutLimits): Cut<P>[][] {
  const requests: Cut<P>[][] = [];
  for (let waiting = placed; waiting.length > 0;) {
    const { cuts, left } = takeRequest(waiting, limits);
    requests.push(cuts);
    waiting = left;
  }
  return requests;
}
