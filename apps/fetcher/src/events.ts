import type { CloudEvent, KhabarError, RejectedInput } from '@khabar/contracts';
import { LOGGER, METRICS, type Logger } from '@khabar/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DiscoveryEnd } from './discovery/finding.ts';
import type { PollCounts } from './scheduling/due-sources.ts';
import type { Source } from './sources/source.entity.ts';

type ReportedSource = Pick<Source, 'id' | 'kind' | 'address'>;

/** What the fetcher reports: the log line and the metric of each event together. */
@Injectable()
export class FetcherEvents {
  readonly #logger: Logger;
  readonly #polls: Counter;
  readonly #published: Counter;
  readonly #rejected: Counter;
  readonly #failures: Counter;
  readonly #lostLeases: Counter;
  readonly #seconds: Histogram;
  readonly #overdue: Gauge;
  readonly #archived: Counter;
  readonly #archivedBytes: Counter;
  readonly #archivedAt: Gauge;
  readonly #archiveFailures: Counter;

  constructor(@Inject(LOGGER) logger: Logger, @Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.#logger = logger;
    this.#polls = new Counter({
      name: 'khabar_fetcher_polls_total',
      help: 'Polls that came to an end',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#published = new Counter({
      name: 'khabar_fetcher_published_total',
      help: 'Raw articles published',
      labelNames: ['kind'],
      registers,
    });
    this.#rejected = new Counter({
      name: 'khabar_fetcher_rejected_total',
      help: 'Inputs that could not become raw articles',
      labelNames: ['code'],
      registers,
    });
    this.#failures = new Counter({
      name: 'khabar_fetcher_failures_total',
      help: 'Polls that failed',
      labelNames: ['code'],
      registers,
    });
    this.#lostLeases = new Counter({
      name: 'khabar_fetcher_lost_leases_total',
      help: 'Polls whose source was taken over before they ended',
      registers,
    });
    this.#seconds = new Histogram({
      name: 'khabar_fetcher_poll_seconds',
      help: 'Time from lease to result',
      labelNames: ['kind'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      registers,
    });
    this.#overdue = new Gauge({
      name: 'khabar_fetcher_overdue_seconds',
      help: 'How long the source that was taken last had been due',
      registers,
    });
    this.#archived = new Counter({
      name: 'khabar_fetcher_archived_total',
      help: 'Raw articles written to the archive',
      registers,
    });
    this.#archivedBytes = new Counter({
      name: 'khabar_fetcher_archived_bytes_total',
      help: 'Bytes written to the archive, compressed',
      registers,
    });
    this.#archivedAt = new Gauge({
      name: 'khabar_fetcher_archived_timestamp_seconds',
      help: 'When raw articles were last written to the archive',
      registers,
    });
    this.#archiveFailures = new Counter({
      name: 'khabar_fetcher_archive_failures_total',
      help: 'Writes to the archive that failed and are tried again',
      registers,
    });
  }

  /** `seconds` is the time from lease to result. */
  polled(source: ReportedSource, end: DiscoveryEnd, counts: PollCounts, seconds: number): void {
    const outcome = end.kind === 'read' ? (end.unchanged ? 'unchanged' : 'fetched') : end.kind;
    this.#polls.inc({ kind: source.kind, outcome });
    this.#seconds.observe({ kind: source.kind }, seconds);
    const about = { ...subject(source), outcome, status: end.status, ...counts, seconds };
    if (end.kind === 'read') {
      this.#logger[counts.published > 0 ? 'info' : 'debug'](about, `polled ${source.address}`);
      return;
    }
    this.#failures.inc({ code: end.reason.code });
    this.#logger.warn({ ...about, code: end.reason.code }, `poll failed: ${end.reason.message}`);
  }

  /** How long the most overdue of the sources that were just taken had been due. */
  taken(sources: readonly Pick<Source, 'nextPollAt'>[], now: Date): void {
    const due = sources.flatMap(({ nextPollAt }) => (nextPollAt === null ? [] : [nextPollAt.getTime()]));
    this.#overdue.set(Math.max(0, now.getTime() - Math.min(now.getTime(), ...due)) / 1000);
  }

  entriesPublished(source: ReportedSource, events: readonly CloudEvent<'news.raw.v1'>[]): void {
    if (events.length > 0) this.#published.inc({ kind: source.kind }, events.length);
    for (const { data } of events) {
      this.#logger.debug(
        { ...subject(source), rawId: data.id, url: data.url, path: data.path },
        'raw article published',
      );
    }
  }

  inputRejected(source: ReportedSource, input: RejectedInput, reason: KhabarError): void {
    this.#rejected.inc({ code: reason.code });
    this.#logger.warn(
      { ...subject(source), path: input.path, bytes: input.bytes, code: reason.code },
      `no raw article: ${reason.message}`,
    );
  }

  /** Another fetcher took the source over: nothing of this poll was written, and the other announces the same. */
  leaseLost(source: ReportedSource): void {
    this.#lostLeases.inc();
    this.#logger.warn(subject(source), `lost the lease of ${source.address}`);
  }

  /** A part that we depend on was away. */
  pollInterrupted(source: ReportedSource, reason: KhabarError): void {
    this.#polls.inc({ kind: source.kind, outcome: 'interrupted' });
    this.#logger.warn({ ...subject(source), err: reason }, `poll of ${source.address} interrupted: ${reason.message}`);
  }

  /** The schedule could not be read or written; it is tried again after a pause. */
  scheduleAway(error: unknown, pauseMs: number): void {
    this.#logger.error({ err: error }, `the schedule does not answer; trying again in ${pauseMs / 1000} s`);
  }

  /** Changes of a folder are seen at its next poll only. */
  watchFailed(source: ReportedSource, error: unknown): void {
    this.#logger.warn(
      { ...subject(source), err: error },
      `cannot watch ${source.address}; it is looked through at each poll`,
    );
  }

  /** Raw articles are in the archive, flushed. */
  archived(events: number, bytes: number): void {
    this.#archived.inc(events);
    this.#archivedBytes.inc(bytes);
    this.#archivedAt.setToCurrentTime();
    this.#logger.debug({ events, bytes }, 'raw articles archived');
  }

  /** The bus tries again for as long as it takes, and logs the reason each time. */
  archiveFailed(): void {
    this.#archiveFailures.inc();
  }

  archivePruned(days: readonly string[]): void {
    if (days.length > 0) this.#logger.info({ days }, `${days.length} days of the raw archive deleted`);
  }

  /** Something beside the writing of the archive did not work; it is tried again by itself, or at the next start. */
  archiveTrouble(what: string, error: unknown): void {
    this.#logger.warn({ err: error }, `raw archive: ${what}`);
  }

  sourceAdded(source: ReportedSource): void {
    this.#logger.info(subject(source), `source added: ${source.address}`);
  }

  sourcesImported(added: number, existing: number, failed: number): void {
    this.#logger.info({ added, existing, failed }, `OPML imported: ${added} sources added`);
  }

  sourceRemoved(source: Pick<Source, 'id'>): void {
    this.#logger.info({ sourceId: source.id }, 'source removed');
  }
}

function subject({ id, kind, address }: ReportedSource) {
  return { sourceId: id, kind, address };
}
