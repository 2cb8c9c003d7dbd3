import type { Batch, Outcome } from '@khabar/bus';
import { type Article, ARTICLES, KhabarError } from '@khabar/contracts';
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
import { saveArticles } from './save-articles.ts';

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
    await this.indexer.room();
    const startedAt = performance.now();
    const events = batch.events.map(({ event }) => event);
    const outcomes = events.map(({ data }) => this.#examine(data));
    const sound = events.filter((_, at) => outcomes[at] === 'done');
    const saved = await saveArticles(this.dataSource, sound, new Date().toISOString());
    const refused = events.filter((_, at) => outcomes[at] !== 'done').map(({ data }) => data);
    await countRefused(this.dataSource, refused, new Date());
    this.relay.ring();
    this.clusterer.ring();
    this.indexer.ring();
    const erased = sound.filter((_, at) => saved.effects[at] === 'erased');
    if (erased.length > 0) await this.eraser.forgetEvents(erased);
    this.report.saved(saved, (performance.now() - startedAt) / 1000);
    return outcomes;
  }

  /** One text that Postgres cannot hold must not cost its neighbours their transaction. */
  #examine(article: Article): Outcome {
    if (isStorable(article)) return 'done';
    const error = new KhabarError('unstorable-article', 'A text holds U+0000 or half a surrogate pair');
    this.report.refused(article.id, error);
    return error;
  }
}
