import type { KhabarError } from '@khabar/contracts';
import { LOGGER, type Logger, METRICS } from '@khabar/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Saved } from './articles/save-articles.ts';
import type { Clustered } from './clusters/cluster-articles.ts';
import type { ClusteringLag } from './clusters/clusterer.ts';
import type { Erasure } from './erasure/erase-article.ts';
import type { Indexed } from './indexing/index-articles.ts';
import type { StreamEnd } from './changes/stream-changes.ts';
import type { Expired } from './retention/expire-articles.ts';
import type { Relayed } from './outbox/relay-changes.ts';

/** What the store reports: the log line and the metric of each event together. */
@Injectable()
export class StoreEvents {
  readonly #logger: Logger;
  readonly #events: Counter;
  readonly #changes: Counter;
  readonly #seconds: Histogram;
  readonly #relayed: Counter;
  readonly #relayFailures: Counter;
  readonly #relayLag: Gauge;
  readonly #forgotten: Counter;
  readonly #expired: Counter;
  readonly #retentionFailures: Counter;
  readonly #retentionWalkedAt: Gauge;
  readonly #clustered: Counter;
  readonly #clusterSetAside: Counter;
  readonly #clusterFailures: Counter;
  readonly #clusterLagSeconds: Gauge;
  readonly #clusterLagArticles: Gauge;
  readonly #indexed: Counter;
  readonly #indexRefused: Counter;
  readonly #indexFailures: Counter;
  readonly #indexLag: Gauge;
  readonly #changeReaders: Gauge;
  readonly #changeReadersLeft: Counter;
  readonly #exports: Counter;

  constructor(@Inject(LOGGER) logger: Logger, @Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.#logger = logger;
    this.#events = new Counter({
      name: 'khabar_store_events_total',
      help: 'Events of articles, by what they did: shown, kept behind what is shown, repeated, gone, known; of what was erased, nothing: erased',
      labelNames: ['effect'],
      registers,
    });
    this.#changes = new Counter({
      name: 'khabar_store_changes_total',
      help: 'Changes of articles, as they are announced',
      labelNames: ['kind', 'reason'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'khabar_store_save_seconds',
      help: 'Time to save one batch',
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
    this.#relayed = new Counter({
      name: 'khabar_store_announced_total',
      help: 'Changes announced on news.changes.v1',
      registers,
    });
    this.#relayFailures = new Counter({
      name: 'khabar_store_announcement_failures_total',
      help: 'Rounds of announcing that failed and are repeated',
      labelNames: ['code'],
      registers,
    });
    this.#relayLag = new Gauge({
      name: 'khabar_store_announcement_lag_seconds',
      help: 'Age of the oldest change when it was announced, 0 when nothing waited',
      registers,
    });
    this.#forgotten = new Counter({
      name: 'khabar_store_forgotten_repeats_total',
      help: 'Repeats deleted whose events the topic does not keep any more',
      registers,
    });
    this.#expired = new Counter({
      name: 'khabar_store_expired_total',
      help: 'Articles deleted because they were not fetched for longer than they are kept',
      registers,
    });
    this.#retentionFailures = new Counter({
      name: 'khabar_store_retention_failures_total',
      help: 'Steps of deleting what is not kept that failed and are repeated',
      labelNames: ['code'],
      registers,
    });
    this.#retentionWalkedAt = new Gauge({
      name: 'khabar_store_retention_walked_timestamp_seconds',
      help: 'When all articles had last been looked at for their retention; 0 before the first time, and where all are kept',
      registers,
    });
    this.#clustered = new Counter({
      name: 'khabar_store_clustered_total',
      help: 'Articles whose echoes were looked for',
      registers,
    });
    this.#clusterSetAside = new Counter({
      name: 'khabar_store_clustering_set_aside_total',
      help: 'Articles whose echoes could not be looked for, set aside',
      registers,
    });
    this.#clusterFailures = new Counter({
      name: 'khabar_store_clustering_failures_total',
      help: 'Rounds of looking for echoes that failed and are repeated',
      labelNames: ['code'],
      registers,
    });
    this.#clusterLagSeconds = new Gauge({
      name: 'khabar_store_clustering_lag_seconds',
      help: 'Time for which the oldest article has waited to be looked at for echoes, 0 when none waits',
      registers,
    });
    this.#clusterLagArticles = new Gauge({
      name: 'khabar_store_clustering_lag_articles',
      help: 'Articles that wait to be looked at for echoes; counted up to 10,000',
      registers,
    });
    this.#indexed = new Counter({
      name: 'khabar_store_indexed_total',
      help: 'Changes of articles that the search index took up',
      registers,
    });
    this.#indexRefused = new Counter({
      name: 'khabar_store_index_refused_total',
      help: 'Articles that cannot be indexed as they are, and are found by no search until they change',
      labelNames: ['code'],
      registers,
    });
    this.#indexFailures = new Counter({
      name: 'khabar_store_indexing_failures_total',
      help: 'Rounds of indexing that failed and are repeated',
      labelNames: ['code'],
      registers,
    });
    this.#indexLag = new Gauge({
      name: 'khabar_store_index_lag_seconds',
      help: 'How long the oldest change had waited when the search index took it up, 0 when nothing waited',
      registers,
    });
    this.#changeReaders = new Gauge({
      name: 'khabar_store_change_readers',
      help: 'Who follows the changes at the moment',
      registers,
    });
    this.#changeReadersLeft = new Counter({
      name: 'khabar_store_change_readers_left_total',
      help: 'Streams of changes that ended: the reader left, did not read, or came to what is not kept',
      labelNames: ['why'],
      registers,
    });
    this.#exports = new Counter({
      name: 'khabar_store_exports_total',
      help: 'Exports that ended: whole, left by their reader or the service, or failed',
      labelNames: ['format', 'outcome'],
      registers,
    });
  }

  /** `seconds` is the time that the batch took. */
  /** So many events had come before. */
  known(count: number): void {
    this.#events.inc({ effect: 'known' }, count);
  }

  saved({ effects, announcements }: Saved, seconds: number): void {
    this.#seconds.observe(seconds);
    for (const [effect, of] of Map.groupBy(effects, (one) => one)) this.#events.inc({ effect }, of.length);
    for (const { articleId, kind, reason, revision } of announcements) {
      this.#changes.inc({ kind, reason: reason ?? '' });
      this.#logger.info({ articleId, revision, reason }, `article ${kind}`);
    }
  }

  erased({ articleId, announcement }: Erasure): void {
    if (announcement === null) return;
    const { kind, reason, revision } = announcement;
    this.#changes.inc({ kind, reason: reason ?? '' });
    this.#logger.info({ articleId, revision, reason }, 'article erased');
  }

  refused(articleId: string, error: KhabarError): void {
    this.#events.inc({ effect: 'refused' });
    this.#logger.warn({ articleId, code: error.code }, `article refused: ${error.message}`);
  }

  relayed({ count, oldestStoredAt }: Relayed): void {
    this.#relayLag.set(oldestStoredAt === null ? 0 : (Date.now() - Date.parse(oldestStoredAt)) / 1000);
    if (count === 0) return;
    this.#relayed.inc(count);
    this.#logger.debug({ count }, 'changes announced');
  }

  relayFailed(error: KhabarError, pauseMs: number): void {
    this.#relayFailures.inc({ code: error.code });
    this.#logger.warn(
      { err: error, code: error.code },
      `changes could not be announced, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  indexed({ count, waitedSeconds, refused }: Indexed): void {
    this.#indexLag.set(waitedSeconds);
    for (const { articleId, error } of refused) {
      this.#indexRefused.inc({ code: error.code });
      this.#logger.warn(
        { articleId, err: error, code: error.code },
        `article cannot be found by search until it changes: ${error.message}`,
      );
    }
    if (count === 0) return;
    this.#indexed.inc(count);
    this.#logger.debug({ count }, 'articles indexed');
  }

  indexingFailed(error: KhabarError, pauseMs: number): void {
    this.#indexFailures.inc({ code: error.code });
    this.#logger.warn(
      { err: error, code: error.code },
      `articles could not be indexed, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  expired({ count, announcements }: Expired): void {
    if (count === 0) return;
    this.#expired.inc(count);
    for (const { kind, reason } of announcements) this.#changes.inc({ kind, reason: reason ?? '' });
    this.#logger.info({ count }, 'articles deleted that are not kept any longer');
  }

  retentionWalked(): void {
    this.#retentionWalkedAt.setToCurrentTime();
  }

  retentionFailed(error: KhabarError, pauseMs: number): void {
    this.#retentionFailures.inc({ code: error.code });
    this.#logger.warn(
      { err: error, code: error.code },
      `articles could not be deleted that are not kept any longer, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  forgot(repeats: number): void {
    if (repeats === 0) return;
    this.#forgotten.inc(repeats);
    this.#logger.debug({ count: repeats }, 'repeats forgotten');
  }

  forgettingFailed(error: KhabarError, pauseMs: number): void {
    this.#logger.warn(
      { err: error, code: error.code },
      `repeats could not be forgotten, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  clustered({ count, announcements, setAside }: Clustered): void {
    this.#clustered.inc(count);
    for (const { articleId, kind, revision, clusterId } of announcements) {
      this.#changes.inc({ kind, reason: '' });
      this.#logger.debug({ articleId, revision, clusterId }, 'article clustered');
    }
    if (setAside === null) return;
    const { articleId, error } = setAside;
    this.#clusterSetAside.inc();
    this.#logger.error(
      { articleId, err: error, code: error.code },
      `echoes of an article cannot be looked for, it is set aside: ${error.message}`,
    );
  }

  clusteringLags({ articles, since }: ClusteringLag): void {
    this.#clusterLagArticles.set(articles);
    this.#clusterLagSeconds.set(since === null ? 0 : Math.max(0, (Date.now() - since.getTime()) / 1000));
  }

  clusteringFailed(error: KhabarError, pauseMs: number): void {
    this.#clusterFailures.inc({ code: error.code });
    this.#logger.warn(
      { err: error, code: error.code },
      `echoes could not be looked for, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  changeReaders(count: number): void {
    this.#changeReaders.set(count);
  }

  changeReaderLeft(why: StreamEnd): void {
    this.#changeReadersLeft.inc({ why });
    if (why !== 'left') this.#logger.info({ why }, 'a reader of changes was cut off');
  }

  exported(format: string, articles: number): void {
    this.#exports.inc({ format, outcome: 'whole' });
    this.#logger.info({ format, articles }, 'articles exported');
  }

  exportLeft(format: string): void {
    this.#exports.inc({ format, outcome: 'left' });
  }

  exportFailed(format: string, error: KhabarError): void {
    this.#exports.inc({ format, outcome: 'failed' });
    this.#logger.warn({ err: error, code: error.code, format }, `an export was cut off: ${error.message}`);
  }

  changesUnread(error: KhabarError, pauseMs: number): void {
    this.#logger.warn(
      { err: error, code: error.code },
      `changes could not be read, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  changesNotDeleted(error: KhabarError, pauseMs: number): void {
    this.#logger.warn(
      { err: error, code: error.code },
      `old changes could not be deleted, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }

  changesNotCounted(error: KhabarError, pauseMs: number): void {
    this.#logger.warn(
      { err: error, code: error.code },
      `changes could not be counted, trying again in ${pauseMs / 1000} s: ${error.message}`,
    );
  }
}
