import { setTimeout as pause } from 'node:timers/promises';
import type { CloudEvent } from '@khabar/contracts';
import type { OneStore } from './one-store.ts';

/** Of each batch every so many articles are watched, and the last. */
const EVERY = 50;
const LOOK_EVERY_MS = 20;
/** Whoever is not found by then will not be. */
const PATIENCE_MS = 60_000;

/** Watches how long articles that are durable are not found yet. */
export interface SearchWatch extends AsyncDisposable {
  /** How many watched articles are found by now. */
  readonly found: number;
  /** The longest that one of them was not, and at the most {@link LOOK_EVERY_MS} and the time of a look more. */
  readonly longestSeconds: number;
  /** Watches some articles that have just become durable. */
  add(batch: readonly CloudEvent<'news.articles.v1'>[]): void;
  /** Resolves when none is missing any more. @throws Error when one still is after a minute */
  allFound(): Promise<void>;
}

/** A search sees what stands in `article_search`, with the entries that GIN has yet to sort in: so an article is found once its row is committed there. */
export function watchSearch({ dataSource }: OneStore): SearchWatch {
  const durableAtMs = new Map<string, number>();
  const stop = new AbortController();
  let [found, longestMs] = [0, 0];

  const look = async (): Promise<void> => {
    if (durableAtMs.size === 0) return;
    const rows = await dataSource.query<{ id: string }[]>(
      'SELECT article_id AS id FROM store.article_search WHERE article_id = ANY($1) AND refused IS NULL',
      [[...durableAtMs.keys()]],
    );
    const nowMs = performance.now();
    for (const { id } of rows) {
      longestMs = Math.max(longestMs, nowMs - durableAtMs.get(id)!);
      durableAtMs.delete(id);
      found++;
    }
  };
  const looking = (async () => {
    while (!stop.signal.aborted) {
      await look();
      await pause(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  looking.catch(() => undefined); // told to whoever waits for it

  return {
    get found() {
      return found;
    },
    get longestSeconds() {
      return longestMs / 1000;
    },
    add(batch) {
      const nowMs = performance.now();
      for (const [at, { data }] of batch.entries()) {
        if (at % EVERY === 0 || at === batch.length - 1) durableAtMs.set(data.id, nowMs);
      }
    },
    async allFound() {
      const endsAtMs = performance.now() + PATIENCE_MS;
      while (durableAtMs.size > 0) {
        if (performance.now() > endsAtMs) throw new Error(`${durableAtMs.size} of the watched articles are not found`);
        await Promise.race([looking, pause(LOOK_EVERY_MS)]);
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await looking;
    },
  };
}
