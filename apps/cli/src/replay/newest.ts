import { KhabarError, type RawArticle } from '@khabar/contracts';

/** So many raw articles take about half a gigabyte of memory. */
const MOST_RAW_ARTICLES = 5_000_000;

/** What an event of a raw article is among all events of it. */
export type Standing = 'newest' | 'older' | 'repeated';

/**
 * Which fetch of each raw article is the newest: about 100 bytes of memory for each raw article, whatever its size. To be told of all
 * events first, and then asked in the same order.
 */
export class NewestFetches {
  /** Milliseconds since epoch by raw id in 16 characters; negative once it was met. */
  readonly #fetches = new Map<string, number>();
  readonly #limit: number;

  constructor(limit = MOST_RAW_ARTICLES) {
    this.#limit = limit;
  }

  /** How many raw articles there are. */
  get size(): number {
    return this.#fetches.size;
  }

  /** @throws KhabarError `too-many-raw-articles` */
  add({ id, fetchedAt }: Pick<RawArticle, 'id' | 'fetchedAt'>): void {
    const key = keyOf(id);
    const ms = Date.parse(fetchedAt);
    const known = this.#fetches.get(key);
    if (known === undefined && this.#fetches.size >= this.#limit) {
      throw new KhabarError(
        'too-many-raw-articles',
        `More than ${this.#limit.toLocaleString('en')} raw articles are in this range; narrow it with --from, --to or --source`,
      );
    }
    if (known === undefined || ms > known) this.#fetches.set(key, ms);
  }

  /** The first event of the newest fetch is the newest; another one is the same event again, from archive and topic. */
  meet({ id, fetchedAt }: Pick<RawArticle, 'id' | 'fetchedAt'>): Standing {
    const key = keyOf(id);
    const ms = Date.parse(fetchedAt);
    const newest = this.#fetches.get(key);
    if (newest === ms) {
      this.#fetches.set(key, -ms);
      return 'newest';
    }
    return newest === -ms ? 'repeated' : 'older';
  }
}

function keyOf(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('latin1');
}
