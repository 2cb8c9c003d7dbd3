import type { Article, KhabarError, RawArticle } from '@khabar/contracts';
import { LOGGER, METRICS, type Logger } from '@khabar/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from 'prom-client';

/** What the parser reports: the log line and the metric of each event together. */
@Injectable()
export class ParserEvents {
  readonly #logger: Logger;
  readonly #parsed: Counter;
  readonly #refused: Counter;
  readonly #warnings: Counter;
  readonly #seconds: Histogram;

  constructor(@Inject(LOGGER) logger: Logger, @Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.#logger = logger;
    this.#parsed = new Counter({
      name: 'khabar_parser_articles_total',
      help: 'Raw articles that became articles',
      labelNames: ['how', 'kind'],
      registers,
    });
    this.#refused = new Counter({
      name: 'khabar_parser_refused_total',
      help: 'Raw articles that could not become articles',
      labelNames: ['code'],
      registers,
    });
    this.#warnings = new Counter({
      name: 'khabar_parser_warnings_total',
      help: 'What the parser did not find or had to repair',
      labelNames: ['warning'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'khabar_parser_seconds',
      help: 'Time to extract one article',
      buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
      registers,
    });
  }

  /** `seconds` is the time that the extraction took. */
  parsed(article: Article, seconds: number): void {
    const { how, warnings } = article.extraction;
    this.#parsed.inc({ how, kind: article.kind });
    this.#seconds.observe(seconds);
    for (const warning of warnings) this.#warnings.inc({ warning });
    this.#logger.info(
      { articleId: article.id, rawId: article.rawId, how, language: article.language, warnings },
      'article parsed',
    );
  }

  refused(raw: RawArticle, error: KhabarError): void {
    this.#refused.inc({ code: error.code });
    this.#logger.warn(
      { rawId: raw.id, sourceId: raw.sourceId, url: raw.url, path: raw.path, code: error.code },
      `no article: ${error.message}`,
    );
  }
}
