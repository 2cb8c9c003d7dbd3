import type { Batch, Outcome } from '@khabar/bus';
import { type Article, ARTICLES, type CloudEvent, KhabarError } from '@khabar/contracts';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { Clusterer } from '../clusters/clusterer.ts';
import { Eraser } from '../erasure/eraser.ts';
import { StoreEvents } from '../events.ts';
import { Indexer } from '../indexing/indexer.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import { countRefused } from '../stats/count-changes.ts';
import { isStorable } from './article-text.ts';
import { knownEvents, type Saved, saveArticles } from './save-articles.ts';

type ArticleEvent = CloudEvent<'news.articles.v1'>;

/** A batch of articles in, one transaction; what changed is announced after it. */
@Controller()
export class ArticlesConsumer {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(Clusterer) private readonly clusterer: Clusterer,
    @Inject(Indexer) private readonly indexer: Indexer,
    @Inject(Eraser) private readonly eraser: Eraser,
    @Inject(StoreEvents) private readonly report: StoreEvents,
  ) {}

  @EventPattern(ARTICLES.name)
  async save(@Payload() batch: Batch<'news.articles.v1'>): Promise<Outcome[]> {
    const events = batch.events.map(({ event }) => event);
    const known = await knownEvents(this.dataSource, events);
    if (known.size > 0) this.report.known(events.filter(({ id }) => known.has(id)).length);
    const outcomes = events.map(({ id, data }) => (known.has(id) ? 'done' : this.#examine(data)));
    const sound = events.filter(({ id }, at) => outcomes[at] === 'done' && !known.has(id));
    if (sound.length > 0) await this.#store(sound);
    const refused = events.filter((_, at) => outcomes[at] !== 'done').map(({ data }) => data);
    if (refused.length > 0) await countRefused(this.dataSource, refused, new Date());
    return outcomes;
  }

  async #store(events: readonly ArticleEvent[]): Promise<void> {
    await this.indexer.room.enter(events.length);
    const startedAt = performance.now();
    let saved: Saved | null = null;
    try {
      saved = await saveArticles(this.dataSource, events, new Date().toISOString());
    } finally {
      this.indexer.room.leave(events.length, saved?.announcements.length ?? 0);
    }
    this.relay.ring();
    this.clusterer.ring();
    this.indexer.ring();
    const { effects } = saved;
    const erased = events.filter((_, at) => effects[at] === 'erased');
    if (erased.length > 0) await this.eraser.forgetEvents(erased);
    this.report.saved(saved, (performance.now() - startedAt) / 1000);
  }

  /** One text that Postgres cannot hold must not cost its neighbours their transaction. */
  #examine(article: Article): Outcome {
    if (isStorable(article)) return 'done';
    const error = new KhabarError('unstorable-article', 'A text holds U+0000 or half a surrogate pair');
    this.report.refused(article.id, error);
    return error;
  }
}
