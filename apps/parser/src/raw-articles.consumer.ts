import { setImmediate } from 'node:timers/promises';
import type { Batch, Outcome } from '@khabar/bus';
import { type CloudEvent, KhabarError, RAW_ARTICLES, type RawArticle, articleEvent } from '@khabar/contracts';
import { extractArticle } from '@khabar/extraction';
import { CONFIG, inSpan } from '@khabar/runtime';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ParserConfig } from './config.ts';
import { ParserEvents } from './events.ts';

/**
 * A batch of raw articles in, a batch of articles out. An article is a function of one raw article, the parser's version and its settings,
 * so a batch that is handled twice publishes the same events under the same ids.
 */
@Controller()
export class RawArticlesConsumer {
  #before: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(ParserEvents) private readonly report: ParserEvents,
    @Inject(CONFIG) private readonly config: ParserConfig,
  ) {}

  @EventPattern(RAW_ARTICLES.name)
  parse(@Payload() batch: Batch<'news.raw.v1'>): Promise<Outcome[]> {
    // there is one processor for all partitions: batches at once would only hold their articles in memory for longer
    const parsing = this.#before.then(() => this.#parseAll(batch));
    this.#before = parsing.catch(() => undefined);
    return parsing;
  }

  async #parseAll(batch: Batch<'news.raw.v1'>): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { event } of batch.events) {
      if (batch.signal.aborted) break;
      outcomes.push(this.#parseOne(event));
      await setImmediate(); // extraction is all CPU: heartbeats and health get their turn
    }
    return outcomes;
  }

  #parseOne(event: CloudEvent<'news.raw.v1'>): Outcome {
    const startedAt = performance.now();
    try {
      const article = inSpan('extract', { traceparent: event.traceparent }, () =>
        extractArticle(event.data, { html: this.config.ARTICLE_HTML }),
      );
      this.report.parsed(article, (performance.now() - startedAt) / 1000);
      return { publish: [articleEvent(article, event.id, event.traceparent)] };
    } catch (thrown) {
      const error = asRefusal(thrown, event.data);
      this.report.refused(event.data, error);
      return error;
    }
  }
}

// The same input fails the same way at every try, so even a mistake of ours is no reason to try again.
function asRefusal(thrown: unknown, raw: RawArticle): KhabarError {
  if (thrown instanceof KhabarError) return thrown;
  return new KhabarError('extraction-failed', `The parser failed on raw article ${raw.id}`, { cause: thrown });
}
