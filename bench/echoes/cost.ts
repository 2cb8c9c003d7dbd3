import type { DataSource } from 'typeorm';
import { saveArticles } from '../../apps/store/src/articles/save-articles.ts';
import { clusterArticles } from '../../apps/store/src/clusters/cluster-articles.ts';
import type { BenchRow, BenchRun } from '../bench.ts';
import { processorMs } from '../processor-time.ts';
import { corpusEvent } from '../store/corpus.ts';
import { ownStore } from './own-store.ts';

const BATCH = 300;
const MEASURED_ARTICLES = 6_000;
const [FEW, MANY] = [10_000, 200_000];

/** Milliseconds of processor time that an article took. */
interface Cost {
  readonly node: number;
  readonly postgres: number;
}

interface Costs {
  readonly few: Cost;
  readonly many: Cost;
}

/** The rows on what looking for echoes costs. */
export const costRows: readonly BenchRow[] = [
  {
    what: `clusterer, processor time of a new article of 4 KB among ${MANY.toLocaleString('en')}`,
    unit: 'ms',
    peer: `among ${FEW.toLocaleString('en')}`,
    target: 'at most 1.25 of the peer',
    ok: ({ value, peer }) => value <= 1.25 * peer!,
    async measure(run) {
      const { few, many } = await costs(run);
      return { value: many.node + many.postgres, peer: few.node + few.postgres };
    },
  },
  {
    what: 'of that in the clusterer, without Postgres',
    unit: 'ms',
    peer: '',
    target: 'at most 0.2 ms',
    ok: ({ value }) => value <= 0.2,
    measure: async (run) => ({ value: (await costs(run)).many.node, peer: null }),
  },
];

function costs(run: BenchRun): Promise<Costs> {
  return run.once('costs', async () => {
    const store = await ownStore(run);
    await addArticles(store, 0, FEW);
    await costOf(store, 1); // the caches are those of a store at work
    const few = await costOf(store, 2);
    await addArticles(store, FEW, MANY);
    await costOf(store, 3);
    const many = await costOf(store, 4);
    for (const [articles, { node, postgres }] of [[FEW, few] as const, [MANY, many] as const]) {
      run.log(`  among ${articles}: ${node.toFixed(3)} ms here, ${postgres.toFixed(3)} ms in Postgres`);
    }
    return { few, many };
  });
}

/** The keys of articles from a number to another: all that the clusterer meets of articles that are no candidates. */
async function addArticles(store: DataSource, from: number, to: number): Promise<void> {
  await store.query(
    `WITH added AS (
      INSERT INTO store.article_echoes (article_id, keys)
      SELECT md5('article ' || n)::uuid, ARRAY(
        SELECT ('x' || substr(md5(n || ' ' || k), 1, 13))::bit(52)::bigint FROM generate_series(1, 8) AS k)
      FROM generate_series($1::int, $2::int - 1) AS n
      RETURNING article_id, keys)
    INSERT INTO store.echo_keys (key, article_id)
    SELECT key, article_id FROM added, unnest(keys) AS key ORDER BY 1, 2`,
    [from, to],
  );
  await store.query('VACUUM (ANALYZE) store.article_echoes, store.echo_keys');
}

/** What articles of a series cost that are echoes of nothing. */
async function costOf(store: DataSource, series: number): Promise<Cost> {
  for (let at = 0; at < MEASURED_ARTICLES; at += BATCH) {
    const events = Array.from({ length: BATCH }, (_, more) => corpusEvent(at + more, series));
    await saveArticles(store, events, new Date().toISOString());
  }
  const [backend] = await store.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  const postgresBeforeMs = await processorMs(backend!.pid);
  const nodeBefore = process.cpuUsage();
  const count = await clusterAll(store);
  const { user, system } = process.cpuUsage(nodeBefore);
  const postgresMs = (await processorMs(backend!.pid)) - postgresBeforeMs;
  return { node: (user + system) / 1000 / count, postgres: postgresMs / count };
}

async function clusterAll(store: DataSource): Promise<number> {
  let all = 0;
  for (;;) {
    const { count } = await clusterArticles(store, BATCH, new Date().toISOString());
    if (count === 0) return all;
    all += count;
  }
}
