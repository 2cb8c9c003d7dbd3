import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeWeb } from '@khabar/testing';
import type { Form, Piece, TrueArticle, TrueFeed } from './truth.ts';

/** Pushes at a time. */
const CONCURRENCY = 8;
const PAUSE_MS = 200;
/** Feeds are polled again now and then, although they never change. */
const INTERVAL_SECONDS = 120;

/**
 * Gives Khabar its input, and does what a careful client does: what was not acknowledged is given again until it is. It sets no time
 * limit to an answer, so that no request it gave up comes true behind a later one of the same article.
 */
export class Load {
  readonly #fetcher: string;
  readonly #web: FakeWeb;
  readonly #signal: AbortSignal;
  #given = 0;
  #repeats = 0;

  /** `fetcher`: its address. */
  constructor(fetcher: string, web: FakeWeb, signal: AbortSignal) {
    this.#fetcher = fetcher;
    this.#web = web;
    this.#signal = signal;
  }

  /** Articles that were acknowledged, or whose feed was; the second form of one is not counted again. */
  get given(): number {
    return this.#given;
  }

  /** How often something had to be given again. */
  get repeats(): number {
    return this.#repeats;
  }

  /** Resolves when all of the piece is acknowledged. */
  async give({ feeds, pushed, revised }: Piece): Promise<void> {
    const work = [
      ...feeds.map((feed) => () => this.#addFeed(feed)),
      ...pushed.map((article) => () => this.push(article, 0).then(() => (this.#given += 1))),
      ...revised.map((article) => () => this.push(article, article.forms.length - 1)),
    ];
    const worker = async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) await next();
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  /** Pushes one form of an article. @returns the raw article's id */
  async push({ url, forms }: TrueArticle, form: number): Promise<string> {
    const { title, body } = forms[form]!;
    const { rawId } = await this.#post<{ rawId: string }>('/api/v1/articles', {
      url,
      title,
      text: body,
      sourceName: 'chaos',
    });
    return rawId;
  }

  async #addFeed(feed: TrueFeed): Promise<void> {
    this.#web.route(feed.path, {
      headers: { 'content-type': 'application/rss+xml' },
      etag: '"1"',
      body: feedDocument(feed),
    });
    await this.#post('/api/v1/sources', { url: this.#web.url(feed.path), intervalSeconds: INTERVAL_SECONDS });
    this.#given += feed.articles.length;
  }

  /** @throws Error when it is refused for what it is */
  async #post<A>(path: string, body: unknown): Promise<A> {
    for (;;) {
      try {
        const response = await fetch(`${this.#fetcher}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: this.#signal,
        });
        const text = await response.text();
        if (response.ok) return JSON.parse(text) as A;
        if (response.status < 500) throw new Refused(`${path}: ${response.status} ${text}`);
      } catch (error) {
        if (error instanceof Refused || this.#signal.aborted) throw error;
      }
      this.#repeats += 1;
      await sleep(PAUSE_MS, undefined, { signal: this.#signal });
    }
  }
}

class Refused extends Error {
  override readonly name = 'Refused';
}

function feedDocument({ path, articles, hasNamelessEntry }: TrueFeed): string {
  const items = articles.map(({ url, forms }) => entry(url, forms[0]!));
  if (hasNamelessEntry) items.push(`<item><description>Something happened, said ${path}.</description></item>`);
  return `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Feed ${path}</title>${items.join('')}</channel></rss>`;
}

function entry(url: string, { title, body }: Form): string {
  const paragraphs = body.split('\n\n').map((text) => `<p>${text}</p>`);
  return `<item><title>${title}</title><link>${url}</link><guid isPermaLink="false">${url}</guid><content:encoded><![CDATA[${paragraphs.join('')}]]></content:encoded></item>`;
}
