import { toErasedHeaders } from '@khabar/contracts';
import type { Pool } from 'pg';
import { partitionOf } from '../partition.ts';
import { rowsOf } from './database.ts';
import type { Log } from './log.ts';

/** How many offsets one statement goes through: so long it may hold the rows that it changes. */
const OFFSETS_AT_ONCE = 5_000n;

// Keys have no index, for every append would pay for it: the partition is gone through by its offsets.
const ERASE = `
  update bus.record set headers = $6, head = null, rest = null, bytes = null
   where topic_id = $1 and partition = $2 and "offset" >= $3 and "offset" < $4 and key = any ($5)
     and (head is not null or bytes is not null)`;

/**
 * Takes headers and value from every record of these keys that was appended to a topic from an instant (ms since epoch) to now; offset, key and time stay, so that the offsets of a
 * partition have no gaps.
 * @throws KhabarError `unknown-topic`, or of the database
 */
export async function eraseRecords(
  pool: Pool,
  log: Log,
  name: string,
  keys: readonly string[],
  sinceMs: number,
): Promise<void> {
  const topic = await log.topic(name);
  const headers = JSON.stringify(toErasedHeaders(new Date().toISOString()));
  const keysOf = Map.groupBy(new Set(keys), (key) => partitionOf(key, topic.partitions));
  const firsts = await log.offsetsSince(topic, sinceMs);
  for (const { partition, endOffset } of await log.bounds(topic)) {
    const here = keysOf.get(partition);
    if (!here) continue;
    for (let from = firsts.get(partition)!; from < endOffset; from += OFFSETS_AT_ONCE) {
      await rowsOf(pool, {
        text: ERASE,
        values: [topic.id, partition, from, from + OFFSETS_AT_ONCE, here, headers],
      });
    }
  }
}
