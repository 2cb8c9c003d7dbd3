import { setImmediate } from 'node:timers/promises';
import type { Bus } from '@khabar/bus';
import { type Article, type CloudEvent, KhabarError, articleEvent } from '@khabar/contracts';
import { type ExtractionOptions, extractArticle } from '@khabar/extraction';
import { PUBLISHED, type RawState, type Verdict, judge } from './judge.ts';
import { NewestFetches } from './newest.ts';
import type { OnUnreadable, RawEntry, RawLog } from './raw-log.ts';
import type { Tally } from './tally.ts';

/** As many as the store tells of at once. */
const BATCH_SIZE = 100;
/** Of raw bodies, as they travel; one that is larger is a batch of its own. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** What is wrong with one event, and says nothing of its neighbours. */
const FAULTS_OF_ONE: ReadonlySet<string> = new Set(['record-too-large', 'invalid-event', 'invalid-record']);

type RawEvent = CloudEvent<'news.raw.v1'>;

/** What a replay needs of the world. */
export interface ReplayWorld {
  readonly bus: Bus;
  readonly log: RawLog;
  /** What the store knows of raw articles, 100 at most; those that it never heard of are left out. */
  readonly statesOf: (rawIds: readonly string[]) => Promise<readonly RawState[]>;
  readonly signal: AbortSignal;
  /** So many more events were found in the first pass. */
  readonly onFound: (events: number) => void;
  /** A record, or a part of the archive, could not be read. */
  readonly onUnreadable: OnUnreadable;
  /** How many raw articles of all are done. */
  readonly onDone: (count: number, of: number, last: string) => void;
}

/** What is replayed, and how. */
export interface ReplayOrder {
  /** Sources whose raw articles count; null for all. */
  readonly sources: ReadonlySet<string> | null;
  /** Whether articles that differ are published. */
  readonly publish: boolean;
  /** As the parser service is set. */
  readonly extraction: ExtractionOptions;
}

/**
 * Runs what was fetched through today's parser: of each raw article the newest fetch of the range. Two passes over the log, the first to
 * know which fetch that is. What it publishes is durable before it goes on, so it may be stopped at any time and run again: what the store
 * has by then is unchanged. When the signal aborts it ends early, as if the log ended there, or with the signal's reason.
 */
export async function replayRaw(world: ReplayWorld, order: ReplayOrder, tally: Tally): Promise<void> {
  const isWanted = ({ event }: RawEntry) => order.sources === null || order.sources.has(event.data.sourceId);
  const newest = new NewestFetches();
  let found = 0;
  for await (const entry of world.log.read(world.signal, () => undefined)) {
    if (!isWanted(entry)) continue;
    newest.add(entry.event.data);
    found += 1;
    if (found % BATCH_SIZE === 0) world.onFound(BATCH_SIZE);
  }
  let batch: RawEvent[] = [];
  let bytes = 0;
  const work = async () => {
    await replayBatch(world, order, batch, tally);
    world.onDone(batch.length, newest.size, batch.at(-1)?.data.url ?? '');
    batch = [];
    bytes = 0;
  };
  const onUnreadable: OnUnreadable = (where, error) => {
    tally.skip('unreadable');
    world.onUnreadable(where, error);
  };
  for await (const entry of world.log.read(world.signal, onUnreadable)) {
    if (!isWanted(entry)) continue;
    tally.read[entry.origin] += 1;
    const standing = newest.meet(entry.event.data);
    if (standing !== 'newest') {
      tally.skip(standing);
      continue;
    }
    const size = entry.event.data.body?.length ?? 0;
    if (batch.length > 0 && bytes + size > BATCH_BYTES) await work();
    batch.push(entry.event);
    bytes += size;
    if (batch.length === BATCH_SIZE) await work();
  }
  if (batch.length > 0 && !world.signal.aborted) await work();
}

async function replayBatch(
  { bus, statesOf, signal }: ReplayWorld,
  { publish, extraction }: ReplayOrder,
  events: readonly RawEvent[],
  tally: Tally,
): Promise<void> {
  const states = new Map((await statesOf(events.map(({ data }) => data.id))).map((state) => [state.rawId, state]));
  const changed: CloudEvent<'news.articles.v1'>[] = [];
  const judged: { raw: RawEvent['data']; article: Article; verdict: Verdict }[] = [];
  for (const { id, data, traceparent } of events) {
    const article = readAgain(data, extraction);
    if (article instanceof KhabarError) {
      tally.refused(data, article);
      continue;
    }
    const verdict = judge(article, states.get(data.id));
    judged.push({ raw: data, article, verdict });
    if (PUBLISHED.has(verdict)) changed.push(articleEvent(article, id, traceparent));
    await setImmediate(); // extraction is all CPU: signals and timers get their turn
    signal.throwIfAborted();
  }
  const refusals = publish ? await publishEach(bus, changed) : new Map<string, KhabarError>();
  if (publish) tally.published += changed.length - refusals.size;
  for (const { raw, article, verdict } of judged) {
    const refusal = refusals.get(article.rawId);
    if (refusal !== undefined) tally.refused(raw, refusal);
    else tally.judged(verdict, raw, article, states.get(raw.id)?.article ?? null);
  }
}

/** Publishes all that can be; what the log takes under no circumstances is told by raw id, and keeps back no other. */
async function publishEach(
  bus: Bus,
  events: readonly CloudEvent<'news.articles.v1'>[],
): Promise<Map<string, KhabarError>> {
  const refusals = new Map<string, KhabarError>();
  if (events.length === 0) return refusals;
  try {
    await bus.publish(events);
  } catch (error) {
    if (!(error instanceof KhabarError) || !FAULTS_OF_ONE.has(error.code)) throw error;
    if (events.length === 1) return refusals.set(events[0]!.data.rawId, error);
    for (const event of events) {
      for (const [rawId, refusal] of await publishEach(bus, [event])) refusals.set(rawId, refusal);
    }
  }
  return refusals;
}

function readAgain(raw: RawEvent['data'], options: ExtractionOptions): Article | KhabarError {
  try {
    return extractArticle(raw, options);
  } catch (thrown) {
    if (thrown instanceof KhabarError) return thrown;
    return new KhabarError('extraction-failed', `The parser failed: ${String(thrown)}`, { cause: thrown });
  }
}
