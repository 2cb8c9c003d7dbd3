import type { ReadFrom, StoredRecord } from '../log-state.ts';
import { Bell } from '../bell.ts';
import type { Log, LogTopic, PartitionBounds } from './log.ts';
import type { Session } from './session.ts';

const PAGE_MAX_EVENTS = 500;
const PAGE_MAX_BYTES = 4 * 1024 * 1024;
/** How often a follower looks for new records without being told of any, in milliseconds. */
const LOOK_AGAIN_MS = 2_000;

/** Records of a topic without a group; see `Driver.read`. @throws KhabarError `unknown-topic`, or of the database */
export async function* readTopic(
  log: Log,
  session: Session,
  name: string,
  { from, follow, signal }: { from: ReadFrom; follow: boolean; signal: AbortSignal },
): AsyncGenerator<StoredRecord, void, undefined> {
  const topic = await log.topic(name);
  const bell = new Bell();
  const ring = () => bell.ring();
  // whoever follows listens before it looks, lest something be appended in between
  if (follow) await session.start();
  const deaf = session.listen({ appended: (topicId) => topicId === topic.id && ring(), restored: ring });
  signal.addEventListener('abort', ring);
  try {
    const positions = await firstPositions(log, topic, from);
    do {
      // with several pages to read, each partition gets its turn
      let open = new Map((await log.bounds(topic)).map(({ partition, endOffset }) => [partition, endOffset]));
      while (open.size > 0) {
        const unread = new Map<number, bigint>();
        for (const [partition, end] of open) {
          const position = positions.get(partition)!;
          if (position >= end) continue;
          const records = await log.page(topic, partition, position, PAGE_MAX_EVENTS, PAGE_MAX_BYTES);
          if (records.length > 0) unread.set(partition, end);
          else positions.set(partition, end); // pruned meanwhile
          for (const record of records) {
            if (signal.aborted) return;
            if (!follow && record.offset >= end) break;
            positions.set(partition, record.offset + 1n);
            yield record;
          }
        }
        open = unread;
      }
      if (follow && !signal.aborted) await bell.wait(LOOK_AGAIN_MS);
    } while (follow && !signal.aborted);
  } finally {
    deaf();
    signal.removeEventListener('abort', ring);
  }
}

/** Of {@link ReadFrom} what needs no question to the log. */
type PlaceToBegin = Exclude<ReadFrom, { sinceMs: number }>;

async function firstPositions(log: Log, topic: LogTopic, from: ReadFrom): Promise<Map<number, bigint>> {
  if (typeof from === 'object' && 'sinceMs' in from) return await log.offsetsSince(topic, from.sinceMs);
  const positions = new Map<number, bigint>();
  for (const bounds of await log.bounds(topic)) {
    const wanted = wantedOffset(bounds, from);
    positions.set(bounds.partition, wanted > bounds.startOffset ? wanted : bounds.startOffset);
  }
  return positions;
}

function wantedOffset({ partition, startOffset, endOffset }: PartitionBounds, from: PlaceToBegin): bigint {
  if (from === 'beginning') return startOffset;
  if (from === 'end') return endOffset;
  if ('last' in from) return endOffset - BigInt(from.last);
  return from.offsets.get(partition) ?? endOffset;
}
