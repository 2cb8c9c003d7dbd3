import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ChangeFeed } from './change-feed.ts';
import type { StreamedChange } from './read-changes.ts';

/** How long a stream may be silent, in milliseconds: proxies take a connection for dead after a minute at most. */
const HEARTBEAT_MS = 15_000;

/** How long a reader may let what is written wait, in milliseconds. */
const PATIENCE_MS = 30_000;

/** How soon a client that lost its connection comes back, in milliseconds. */
const RECONNECT_MS = 2_000;

/** What a reader wants to see; null for all of it. */
export interface ChangeFilter {
  readonly kinds: ReadonlySet<string> | null;
  readonly source: string | null;
}

/** How a stream ended: the reader went or the service stops, the reader did not read, or what comes next is not kept. */
export type StreamEnd = 'left' | 'slow' | 'not-kept';

/**
 * Writes the changes behind a number as server-sent events (HTML Living Standard, 9.2) until the reader or the service ends it. The first
 * thing said is the position, and a position is said again where changes pass that the filter leaves out: so a client that reconnects
 * with its Last-Event-ID misses nothing and sees nothing twice, also when it has seen no change yet. Nothing is read ahead of
 * a reader that does not take what is written.
 * @throws as `ChangeFeed.next` says
 */
export async function streamChanges(
  feed: Pick<ChangeFeed, 'next' | 'stopping'>,
  out: Writable,
  begin: number,
  filter: ChangeFilter,
  patienceMs = PATIENCE_MS,
): Promise<StreamEnd> {
  const left = new AbortController();
  out.once('close', () => left.abort());
  out.on('error', () => left.abort());
  const over = AbortSignal.any([left.signal, feed.stopping]);
  const say = async (text: string) => out.write(text) || (await drained(out, over, patienceMs));
  let position = begin;
  let toldPosition = begin;
  let spokeAt = performance.now();
  if (!(await say(`retry: ${RECONNECT_MS}\nid: ${position}\n\n`))) return endOf(over);
  for (;;) {
    const quietMs = performance.now() - spokeAt;
    const changes = await feed.next(position, Math.max(0, HEARTBEAT_MS - quietMs), over);
    if (over.aborted) return 'left';
    if (changes === null) return 'not-kept';
    position = changes.at(-1)?.number ?? position;
    let text = changes
      .filter((change) => passes(change, filter))
      .map(eventOf)
      .join('');
    if (text === '' && performance.now() - spokeAt < HEARTBEAT_MS) continue;
    if (text === '') text = position === toldPosition ? ':\n\n' : `id: ${position}\n\n`;
    toldPosition = position;
    spokeAt = performance.now();
    if (!(await say(text))) return endOf(over);
  }
}

function passes({ kind, sources }: StreamedChange, filter: ChangeFilter): boolean {
  if (filter.kinds !== null && !filter.kinds.has(kind)) return false;
  return filter.source === null || sources === null || sources.includes(filter.source);
}

function eventOf({ number, data }: StreamedChange): string {
  return `id: ${number}\ndata: ${data}\n\n`;
}

/** False where the reader did not take what was written in time, or is gone. */
async function drained(out: Writable, over: AbortSignal, patienceMs: number): Promise<boolean> {
  try {
    await once(out, 'drain', { signal: AbortSignal.any([over, AbortSignal.timeout(patienceMs)]) });
    return true;
  } catch {
    return false;
  }
}

function endOf(over: AbortSignal): StreamEnd {
  return over.aborted ? 'left' : 'slow';
}
