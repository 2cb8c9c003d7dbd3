import type { DataSource } from 'typeorm';
import { databaseError } from '../database/database-error.ts';

/** $1 the instant, $2 how many. */
export const FORGET_COUNTS = `
  WITH forgotten AS (
    DELETE FROM store.hourly_counts WHERE (hour, source_id, language) IN (
      SELECT hour, source_id, language FROM store.hourly_counts WHERE hour < $1 ORDER BY hour LIMIT $2)
    RETURNING hour)
  SELECT count(*)::int AS count FROM forgotten`;

/** Forgets the counts of hours that began before an instant, of the oldest so many; returns how many it were. @throws KhabarError as {@link databaseError} says */
export async function forgetCounts(dataSource: DataSource, before: string, limit: number): Promise<number> {
  try {
    const [row] = await dataSource.query<{ count: number }[]>(FORGET_COUNTS, [before, limit]);
    return row!.count;
  } catch (error) {
    throw databaseError(error);
  }
}
