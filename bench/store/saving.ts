import type { CloudEvent } from '@khabar/contracts';
import { type BenchRow, type BenchRun, type Measured, ratioOf } from '../bench.ts';
import { rate } from '../bus/throughput.ts';
import { inTurn } from '../in-turn.ts';
import { openBareTable } from './bare-insert.ts';
import { corpusEvent } from './corpus.ts';
import { openOneStore } from './one-store.ts';
import { watchSearch } from './watch-search.ts';

const ROUNDS = 3;
const MISSING_LIMIT_SECONDS = 2;
const NEW_ARTICLES = 5_000;
const KNOWN_ARTICLES = 20_000;
const KNOWN_TIMES = 5;

type ArticleEvent = CloudEvent<'news.articles.v1'>;

/** New English articles of the corpus, other ones for each series: `english` is what the bare table is indexed by. */
export function englishArticles(count: number, series: number): ArticleEvent[] {
  const events: ArticleEvent[] = [];
  for (let number = 0; events.length < count; number++) {
    const event = corpusEvent(number, series);
    if (event.data.language === 'en') events.push(event);
  }
  return events;
}

const searchedRow: BenchRow = {
  what: 'new articles with search and clusters',
  unit: 'rows/s',
  peer: 'bare unnest insert, generated tsvector, GIN',
  target: 'at least 1.5 of the peer',
  ok: (measured) => ratioOf(measured) >= 1.5,
  measure: async (run) => (await searched(run)).rates,
};

const missingRow: BenchRow = {
  what: 'longest that a durable article was missing from search meanwhile',
  unit: 's',
  peer: 'the limit',
  target: `at most ${MISSING_LIMIT_SECONDS} s`,
  ok: ({ value }) => value <= MISSING_LIMIT_SECONDS,
  measure: async (run) => ({ value: (await searched(run)).longestMissingSeconds, peer: MISSING_LIMIT_SECONDS }),
};

/** Both rows are of the same articles. */
interface Searched {
  readonly rates: Measured;
  readonly longestMissingSeconds: number;
}

function searched(run: BenchRun): Promise<Searched> {
  return run.once('searched', async () => {
    const store = await openOneStore(run);
    const bare = await openBareTable(run, { search: true });
    store.follow();
    await using watch = watchSearch(store);
    const rates = await inTurn(
      run,
      ROUNDS,
      (round) => {
        const events = englishArticles(NEW_ARTICLES, 1 + round);
        return rate(events.length, async () => {
          await store.save(events, (batch) => watch.add(batch));
          await store.caughtUp();
        });
      },
      (round) => {
        const events = englishArticles(NEW_ARTICLES, 1 + round);
        return rate(events.length, () => bare.insert(events));
      },
    );
    await watch.allFound();
    run.log(`  ${watch.found} articles watched: found after ${watch.longestSeconds.toFixed(2)} s at the latest`);
    return { rates, longestMissingSeconds: watch.longestSeconds };
  });
}

const unsearchedRow: BenchRow = {
  what: 'new articles, search off',
  unit: 'rows/s',
  peer: 'bare unnest insert, no index',
  target: 'at least 0.8 of the peer',
  ok: (measured) => ratioOf(measured) >= 0.8,
  async measure(run) {
    const store = await openOneStore(run);
    const bare = await openBareTable(run, { search: false });
    return inTurn(
      run,
      ROUNDS,
      (round) => {
        const events = englishArticles(NEW_ARTICLES, 1 + round);
        return rate(events.length, () => store.save(events));
      },
      (round) => {
        const events = englishArticles(NEW_ARTICLES, 1 + round);
        return rate(events.length, () => bare.insert(events));
      },
    );
  },
};

const knownRow: BenchRow = {
  what: 'articles already known',
  unit: 'events/s',
  peer: 'the limit',
  target: 'at least 100,000 events/s',
  ok: ({ value }) => value >= 100_000,
  async measure(run: BenchRun) {
    const store = await openOneStore(run);
    const events = englishArticles(KNOWN_ARTICLES, 1);
    await store.save(events);
    const again = Array.from({ length: KNOWN_TIMES }, () => events).flat();
    await store.save(again);
    return { value: await rate(again.length, () => store.save(again)), peer: 100_000 };
  },
};

/** What saving costs: new articles, and those that come again. */
export const savingRows: readonly BenchRow[] = [searchedRow, missingRow, unsearchedRow, knownRow];
