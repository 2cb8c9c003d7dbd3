import type { CloudEvent } from '@khabar/contracts';
import type { EntityManager } from 'typeorm';
import { binaryArray } from '../database/binary-array.ts';
import { SELECT_ERASED_EVENTS, SHARE_LOCK } from './statements.ts';

/**
 * Ids of those of the events that tell of an erased article, come from an erased raw article, or bring a text that was erased, word for
 * word. Nothing is erased from here to the end of the transaction.
 */
export async function erasedEvents(
  manager: EntityManager,
  events: readonly CloudEvent<'news.articles.v1'>[],
): Promise<ReadonlySet<string>> {
  // in a statement of its own: the next one sees what was committed while this one waited
  await manager.query(SHARE_LOCK);
  const ids = [events.map(({ id }) => id), events.map(({ data }) => data.id), events.map(({ data }) => data.rawId)];
  const hashes = events.map(({ data }) => data.contentHash);
  const rows: { event_id: string }[] = await manager.query(SELECT_ERASED_EVENTS, [
    ...ids.map((column) => binaryArray('uuid', column)),
    binaryArray('bytea', hashes),
  ]);
  return new Set(rows.map(({ event_id }) => event_id));
}
