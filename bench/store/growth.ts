import type { EmbeddedPostgres } from '@khabar/embedded-postgres';
import type { BenchRow, BenchRun } from '../bench.ts';
import { rate } from '../bus/throughput.ts';
import { postgresMs } from '../processor-time.ts';
import { corpusEvent } from './corpus.ts';
import { FilledServer } from './filled-server.ts';
import { openStoreOf, type OneStore } from './one-store.ts';

const FEW = 100_000;
const MANY = 3_000_000;
const WARM_UP_ARTICLES = 5_000;
const ROUNDS = 5;
const ROUND_ARTICLES = 5_000;
/** Series of the corpus that nothing else is made of. */
const FIRST_SERIES = 1_000;

const among = (articles: number) => `among ${articles.toLocaleString('en')}`;

const rateRow: BenchRow = {
  what: `growth: rate with search and clusters ${among(MANY)}`,
  unit: 'rows/s',
  peer: among(FEW),
  target: 'at least 0.8 of the peer',
  ok: ({ value, peer }) => value / peer! >= 0.8,
  async measure(run) {
    const { few, many } = await growth(run);
    return { value: many.perSecond, peer: few.perSecond };
  },
};

/** What the clock says depends on what else the machine does and on how soon its disk has taken what is written; this does not. */
const processorRow: BenchRow = {
  what: `growth: processor time an article takes ${among(MANY)}, Postgres and Node`,
  unit: 'ms',
  peer: among(FEW),
  target: 'at most 1.25 of the peer',
  ok: ({ value, peer }) => value / peer! <= 1.25,
  async measure(run) {
    const { few, many } = await growth(run);
    return { value: many.postgresMs + many.nodeMs, peer: few.postgresMs + few.nodeMs };
  },
};

/** Whether saving keeps its pace while the table grows; the last rows to be measured, for no database is larger. */
export const growthRows: readonly BenchRow[] = [rateRow, processorRow];

/** How new articles went in, and what one of them took. */
interface Pace {
  readonly perSecond: number;
  readonly postgresMs: number;
  readonly nodeMs: number;
}

async function growth(run: BenchRun): Promise<{ few: Pace; many: Pace }> {
  const few = await paceAmongFew(run);
  const many = await run.once('pace among many', async () => {
    const server = await (await FilledServer.of(run)).holding(MANY);
    return paceOf(run, server, MANY, FIRST_SERIES + 1);
  });
  return { few, many };
}

/** The pace in the run's filled database while it is still small: to be asked for before anything has it filled with more. */
export function paceAmongFew(run: BenchRun): Promise<Pace> {
  return run.once('pace among few', async () => {
    const server = await (await FilledServer.of(run)).holding(FEW);
    return paceOf(run, server, FEW, FIRST_SERIES);
  });
}

async function paceOf(run: BenchRun, server: EmbeddedPostgres, articles: number, series: number): Promise<Pace> {
  await using store = await openStoreOf(server.url);
  store.follow();
  let number = 0;
  const next = (count: number) => Array.from({ length: count }, () => corpusEvent(number++, series));
  await takeIn(store, next(WARM_UP_ARTICLES));
  let [tookMs, postgres, node] = [0, 0, 0];
  for (let round = 1; round <= ROUNDS; round++) {
    const events = next(ROUND_ARTICLES);
    const postgresBeforeMs = await postgresMs(server.pid);
    const nodeBefore = process.cpuUsage();
    const perSecond = await rate(events.length, () => takeIn(store, events));
    const { user, system } = process.cpuUsage(nodeBefore);
    tookMs += (events.length * 1000) / perSecond;
    node += (user + system) / 1000;
    postgres += (await postgresMs(server.pid)) - postgresBeforeMs;
    run.log(`  ${among(articles)}, round ${round}: ${Math.round(perSecond)}/s`);
  }
  await store.dataSource.query('TRUNCATE store.outbox'); // nobody relays here, and who does later has nothing of this to do
  const taken = ROUNDS * ROUND_ARTICLES;
  const pace = { perSecond: (taken * 1000) / tookMs, postgresMs: postgres / taken, nodeMs: node / taken };
  const [inNode, inPostgres] = [pace.nodeMs, pace.postgresMs].map((ms) => ms.toFixed(3));
  run.log(`  ${among(articles)}: an article takes ${inNode} ms in Node and ${inPostgres} ms in Postgres`);
  return pace;
}

async function takeIn(store: OneStore, events: Parameters<OneStore['save']>[0]): Promise<void> {
  await store.save(events);
  await store.caughtUp();
}
