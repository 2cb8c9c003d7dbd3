import { Bus } from '@khabar/bus';
import { type CloudEvent, ARTICLES, RAW_ARTICLES, deadLetterTopic } from '@khabar/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clusterer } from '../clusters/clusterer.ts';
import { StoreEvents } from '../events.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import { type Erasure, eraseArticle } from './erase-article.ts';

/** Topics whose records hold texts, with their dead letters, by what their keys are. */
const KEYED_BY_ARTICLE = [ARTICLES.name, deadLetterTopic(ARTICLES).name];
const KEYED_BY_RAW_ARTICLE = [RAW_ARTICLES.name, deadLetterTopic(RAW_ARTICLES).name];

/** Kafka deletes whole segments, and begins a new one after this time by default (`log.roll.hours`). */
const SEGMENT_MS = 7 * 24 * 60 * 60 * 1000;
/** An event is in the log soon after the fetch that it tells of; the clocks of two machines may differ by less than this. */
const CLOCKS_MS = 10 * 60 * 1000;

/** An erasure, and by when no topic holds the texts any more. */
export interface CompletedErasure extends Erasure {
  /** RFC 3339 UTC; null where a topic keeps its records for ever. */
  readonly completedBy: string | null;
}

/** Erases articles wherever the store and the log have them. */
@Injectable()
export class Eraser {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Bus) private readonly bus: Bus,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(Clusterer) private readonly clusterer: Clusterer,
    @Inject(StoreEvents) private readonly report: StoreEvents,
  ) {}

  /**
   * Erases an article; null where there is none of this id. To be repeated where it fails: the store may have erased it by then, and the
   * log not yet.
   * @throws KhabarError as {@link eraseArticle} and `Bus.erase` say
   */
  async erase(articleId: string): Promise<CompletedErasure | null> {
    const erasure = await eraseArticle(this.dataSource, articleId, new Date().toISOString());
    if (erasure === null) return null;
    this.report.erased(erasure);
    this.relay.ring();
    this.clusterer.ring();
    const forgotten = await this.#forget([articleId], erasure.rawIds);
    const completedBy = forgotten ? new Date().toISOString() : await this.#endOfRetention(erasure.erasedAt);
    return { ...erasure, completedBy };
  }

  /** Takes from the log what told of erased articles once more: fetched again, or on its way while they were erased. */
  async forgetEvents(events: readonly CloudEvent<'news.articles.v1'>[]): Promise<void> {
    const sinceMs = Math.min(...events.map(({ data }) => Date.parse(data.fetchedAt))) - CLOCKS_MS;
    await this.#forget(
      events.map(({ data }) => data.id),
      events.map(({ data }) => data.rawId),
      sinceMs,
    );
  }

  async #forget(articleIds: readonly string[], rawIds: readonly string[], sinceMs?: number): Promise<boolean> {
    let forgotten = true;
    for (const [topics, keys] of [
      [KEYED_BY_ARTICLE, articleIds],
      [KEYED_BY_RAW_ARTICLE, rawIds],
    ] as const) {
      for (const topic of topics) forgotten = (await this.bus.erase(topic, keys, sinceMs)) && forgotten;
    }
    return forgotten;
  }

  async #endOfRetention(erasedAt: string): Promise<string | null> {
    const names = new Set([...KEYED_BY_ARTICLE, ...KEYED_BY_RAW_ARTICLE]);
    const retentions = (await this.bus.topics())
      .filter(({ name }) => names.has(name))
      .map((topic) => topic.retentionMs);
    if (retentions.some((ms) => ms === null || ms < 0)) return null;
    return new Date(Date.parse(erasedAt) + Math.max(...retentions.map(Number)) + SEGMENT_MS).toISOString();
  }
}
