import type { Article, ArticleChange } from '@khabar/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { databaseError } from '../database/database-error.ts';
import { arrays, type Column, column, names, unnest, values } from '../database/set-statement.ts';
import { DELAY_CLASSES, delayClass } from './delays.ts';

/** One counter at a time over all stores. */
const TAKE_TURN = `SELECT pg_try_advisory_xact_lock(hashtextextended('khabar store counts', 0)) AS taken`;

/** Changes that are not counted yet, with what is known of their articles. $1 how many. */
export const SELECT_UNCOUNTED = `
  SELECT c.number, c.kind, c.stored_at, a.source_id, a.language, a.first_fetched_at, a.published_at, a.published_precision
  FROM (
    SELECT number, kind, stored_at, article_id FROM store.changes
    WHERE number > (SELECT counted_to FROM store.changes_progress) ORDER BY number LIMIT $1
  ) c LEFT JOIN store.articles a ON a.id = c.article_id ORDER BY c.number`;

const COUNTED = 'UPDATE store.changes_progress SET counted_to = $1';

interface UncountedRow {
  readonly number: string;
  readonly kind: ArticleChange['kind'];
  readonly stored_at: Date;
  /** Null, as is all below it, where the article was erased. */
  readonly source_id: string | null;
  readonly language: string | null;
  readonly first_fetched_at: Date | null;
  readonly published_at: Date | null;
  readonly published_precision: Article['publishedPrecision'];
}

/** What one hour brought of one source in one language. */
interface Counts {
  readonly hour: string;
  readonly sourceId: string;
  readonly language: string;
  created: number;
  revised: number;
  withdrawn: number;
  refused: number;
  fetchDelays: number[];
  storeDelays: number[];
}

const COLUMNS: readonly Column<Counts>[] = [
  column('hour', 'timestamptz', ({ hour }) => hour),
  column('source_id', 'uuid', ({ sourceId }) => sourceId),
  column('language', 'text', ({ language }) => language),
  column('created', 'integer', ({ created }) => created),
  column('revised', 'integer', ({ revised }) => revised),
  column('withdrawn', 'integer', ({ withdrawn }) => withdrawn),
  column('refused', 'integer', ({ refused }) => refused),
  delaysColumn('fetch_delays', ({ fetchDelays }) => fetchDelays),
  delaysColumn('store_delays', ({ storeDelays }) => storeDelays),
];

function delaysColumn(name: string, of: (row: Counts) => readonly number[]): Column<Counts> {
  return { name, sent: 'text', stored: `x.${name}::integer[]`, of: (row) => `{${of(row).join(',')}}` };
}

const summed = (name: string) => `${name} = h.${name} + excluded.${name}`;
const summedDelays = (name: string) => `${name} = coalesce((
    SELECT array_agg(coalesce(a, 0) + coalesce(b, 0) ORDER BY at)
    FROM unnest(h.${name}, excluded.${name}) WITH ORDINALITY AS both_delays(a, b, at)), '{}')`;

const ADD_COUNTS = `
  INSERT INTO store.hourly_counts AS h (${names(COLUMNS)}) SELECT ${values(COLUMNS)} FROM ${unnest(COLUMNS)}
  ORDER BY x.hour, x.source_id, x.language
  ON CONFLICT (hour, source_id, language) DO UPDATE SET
    ${['created', 'revised', 'withdrawn', 'refused'].map(summed).join(', ')},
    ${['fetch_delays', 'store_delays'].map(summedDelays).join(', ')}`;

/**
 * Adds the next changes to the counts of their hours, each exactly once: what is counted and how far are written together. Returns how many
 * it were; 0 when another store is at it. A change counts for the source and language that its article has by now; of one that was
 * erased meanwhile nothing is counted.
 * @throws KhabarError as {@link databaseError} says
 */
export async function countChanges(dataSource: DataSource, limit: number): Promise<number> {
  try {
    return await dataSource.transaction(async (manager) => {
      const turn: { taken: boolean }[] = await manager.query(TAKE_TURN);
      if (!turn[0]!.taken) return 0;
      const rows: UncountedRow[] = await manager.query(SELECT_UNCOUNTED, [limit]);
      if (rows.length === 0) return 0;
      await addCounts(manager, countsOf(rows));
      await manager.query(COUNTED, [rows.at(-1)!.number]);
      return rows.length;
    });
  } catch (error) {
    throw databaseError(error);
  }
}

/** Counts articles that were turned away at an instant; such a batch that comes again is counted again. @throws KhabarError as {@link databaseError} says */
export async function countRefused(
  dataSource: DataSource,
  articles: readonly Pick<Article, 'sourceId' | 'language'>[],
  at: Date,
): Promise<void> {
  const found = new Map<string, Counts>();
  for (const { sourceId, language } of articles) countsIn(found, at, sourceId, language).refused++;
  try {
    await addCounts(dataSource.manager, [...found.values()]);
  } catch (error) {
    throw databaseError(error);
  }
}

async function addCounts(manager: EntityManager, counts: readonly Counts[]): Promise<void> {
  if (counts.length > 0) await manager.query(ADD_COUNTS, arrays(COLUMNS, counts));
}

function countsOf(rows: readonly UncountedRow[]): Counts[] {
  const found = new Map<string, Counts>();
  for (const row of rows) {
    if (row.source_id === null || row.kind === 'clustered') continue;
    const counts = countsIn(found, row.stored_at, row.source_id, row.language);
    counts[row.kind]++;
    if (row.kind !== 'created') continue;
    const fetchedAt = row.first_fetched_at!.getTime();
    // a day or a guess says nothing of hours
    if (row.published_at !== null && row.published_precision === 'instant') {
      counts.fetchDelays = withOne(counts.fetchDelays, fetchedAt - row.published_at.getTime());
    }
    counts.storeDelays = withOne(counts.storeDelays, row.stored_at.getTime() - fetchedAt);
  }
  return [...found.values()];
}

function countsIn(found: Map<string, Counts>, at: Date, sourceId: string, language: string | null): Counts {
  const hour = `${at.toISOString().slice(0, 13)}:00:00.000Z`;
  const key = `${hour} ${sourceId} ${language ?? ''}`;
  const none = { created: 0, revised: 0, withdrawn: 0, refused: 0, fetchDelays: [], storeDelays: [] };
  const counts = found.get(key) ?? { hour, sourceId, language: language ?? '', ...none };
  found.set(key, counts);
  return counts;
}

function withOne(delays: readonly number[], ms: number): number[] {
  const counts = delays.length === 0 ? Array.from({ length: DELAY_CLASSES }, () => 0) : [...delays];
  counts[delayClass(ms / 1000)]!++;
  return counts;
}
