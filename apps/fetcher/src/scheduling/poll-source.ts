import type { Bus } from '@khabar/bus';
import { KhabarError, RAW_ARTICLES, toKhabarError } from '@khabar/contracts';
import type { DataSource } from 'typeorm';
import { type Discovery, type DiscoveryEnd, type Finding, asTooLarge } from '../discovery/finding.ts';
import { raiseDatabaseError } from '../database.ts';
import type { FetcherEvents } from '../events.ts';
import { type LeasedSource, type PollCounts, type PollResult, finishPoll, keepProgress } from './due-sources.ts';
import { type PollOutcome, nextPoll } from './next-poll.ts';

/** What a poll works with. */
export interface PollParts {
  readonly database: DataSource;
  readonly bus: Bus;
  readonly report: FetcherEvents;
  /** Interval of a source that has none of its own, in milliseconds. */
  readonly intervalMs: number;
}

/** Which of a source's parts a poll looks at: all that is due, or only files that were seen to change, which leaves the schedule alone. */
export type PollScope = 'all' | 'changes';

/**
 * One poll, from lease to result. Each batch is on the bus for good before anything is written of it; the last batch, the validators
 * and the next poll are written in one transaction, and only while the lease holds. A crash at any point repeats what was not
 * written and loses nothing.
 */
export async function pollSource(
  lease: LeasedSource,
  discovery: Discovery,
  scope: PollScope,
  { database, bus, report, intervalMs }: PollParts,
): Promise<void> {
  const startedAt = performance.now();
  const counts = { published: 0, rejected: 0 };
  let unwritten: Finding[] = [];
  let end: DiscoveryEnd;
  try {
    for (;;) {
      const step = await discovery.next();
      if (step.done) {
        end = step.value;
        break;
      }
      if (unwritten.length > 0 && !(await keepProgress(database, lease, unwritten).catch(raiseDatabaseError))) {
        return report.leaseLost(lease);
      }
      unwritten = [];
      const announced = await announce(bus, step.value, lease, report);
      counts.published += announced.published;
      counts.rejected += announced.rejected;
      unwritten = step.value;
    }
  } catch (thrown) {
    const reason = toKhabarError(thrown);
    if (reason.code === 'stopping' || reason.dependency) {
      const result = interruptedBy(lease, reason, intervalMs);
      if (reason.dependency) report.pollInterrupted(lease, reason);
      await finishPoll(database, lease, unwritten, result);
      return;
    }
    end = { kind: 'failed', status: null, retryAfterMs: null, reason };
  } finally {
    await discovery.return(undefined as never);
  }

  const result = resultOf(lease, end, scope, counts, intervalMs);
  if (!(await finishPoll(database, lease, unwritten, result))) return report.leaseLost(lease);
  report.polled(lease, end, counts, (performance.now() - startedAt) / 1000);
}

/** Puts a batch on the bus; resolves when it is there for good. */
async function announce(bus: Bus, findings: readonly Finding[], lease: LeasedSource, report: FetcherEvents) {
  const counts = { published: 0, rejected: 0 };
  const raws = findings.flatMap(({ announcement }) => (announcement?.kind === 'raw' ? [announcement.event] : []));
  const rejected = findings.filter(({ announcement }) => announcement?.kind === 'rejected');
  try {
    await bus.publish(raws);
    counts.published = raws.length;
  } catch (error) {
    if (!(error instanceof KhabarError) || error.code !== 'record-too-large') throw error;
    // Nothing was sent. One of them is too large as an event, though not as a document; its neighbours go one by one.
    for (const finding of findings) {
      if (finding.announcement?.kind !== 'raw') continue;
      const event = finding.announcement.event;
      try {
        await bus.publish([event]);
        counts.published += 1;
      } catch (oneError) {
        if (!(oneError instanceof KhabarError) || oneError.code !== 'record-too-large') throw oneError;
        rejected.push(asTooLarge(finding, event.data));
      }
    }
  }
  for (const { announcement } of rejected) {
    if (announcement?.kind !== 'rejected') continue;
    const { event, reason } = announcement;
    const at = event.data.fetchedAt;
    await bus.reject(RAW_ARTICLES, event, {
      code: reason.code,
      message: reason.message,
      attempts: 1,
      firstAt: at,
      lastAt: at,
    });
    report.inputRejected(lease, event.data, reason);
    counts.rejected += 1;
  }
  report.entriesPublished(lease, raws);
  return counts;
}

/** A fault of ours, or our end, is no failure of the source: what was announced is kept, and the source is due again at once or soon. */
function interruptedBy(lease: LeasedSource, reason: KhabarError, intervalMs: number): PollResult {
  const soon = nextAfter(lease, { kind: 'interrupted' }, intervalMs);
  return { kind: 'interrupted', nextPollAt: reason.dependency ? soon : new Date() };
}

function resultOf(
  lease: LeasedSource,
  end: DiscoveryEnd,
  scope: PollScope,
  counts: PollCounts,
  intervalMs: number,
): PollResult {
  const next = nextAfter(lease, outcomeOf(end), intervalMs);
  if (end.kind === 'gone') return { ...end, counts, nextPollAt: next };
  const nextPollAt = scope === 'all' || isUnsettled(end) ? next : 'keep';
  return end.kind === 'failed' ? { ...end, counts, nextPollAt } : { ...end, kind: 'succeeded', counts, nextPollAt };
}

function isUnsettled(end: DiscoveryEnd): boolean {
  return end.kind === 'read' && end.unsettled;
}

function outcomeOf(end: DiscoveryEnd): PollOutcome {
  if (end.kind !== 'read') return end;
  return { kind: end.unsettled ? 'unsettled' : end.unchanged ? 'unchanged' : 'fetched' };
}

function nextAfter({ kind, intervalSeconds, failuresInRow }: LeasedSource, outcome: PollOutcome, intervalMs: number) {
  return nextPoll({
    now: new Date(),
    outcome,
    intervalMs: intervalSeconds === null ? intervalMs : intervalSeconds * 1000,
    // A folder with one file that cannot be read is no server to be spared.
    failureCount: kind === 'feed' ? failuresInRow + 1 : 1,
    random: Math.random(),
  });
}
