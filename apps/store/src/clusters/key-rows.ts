import type { EntityManager } from 'typeorm';
import { crossedPairs, enteringPairs, type Pair, type Place } from './neighbours.ts';
import type { Shingles } from './shingles.ts';
import { DELETE_ARTICLE_KEYS, DELETE_KEYS, INSERT_KEYS, PUT_ARTICLE_KEYS, SELECT_NEIGHBOURS } from './statements.ts';

/** An article that is looked at. */
export interface Looked {
  readonly id: string;
  readonly shingles: Shingles;
  /** Its keys from now on; none when it has no text to have echoes by. */
  readonly keys: readonly number[];
  /** The keys that it was found by until now. */
  readonly oldKeys: readonly number[];
}

/** Which pairs have to be looked at because articles took their places in the rows of keys. */
export interface Moved {
  /** With one of the articles: those within reach of it now. */
  readonly entered: readonly Pair[];
  /** Of others: those that may have come within reach of each other, or lost it. */
  readonly crossed: readonly Pair[];
}

/** Puts articles into the rows of their keys and takes them out of those of their old ones. */
export async function moveKeys(manager: EntityManager, looked: readonly Looked[]): Promise<Moved> {
  const leaving = looked.flatMap(({ id, oldKeys }) => oldKeys.map((key) => ({ key, id })));
  const entering = looked.flatMap(({ id, keys }) => keys.map((key) => ({ key, id })));
  if (leaving.length > 0) await manager.query(DELETE_KEYS, columns(leaving));
  const left = await placesOf(manager, leaving);
  const entered = await placesOf(manager, entering);
  if (entering.length > 0) await manager.query(INSERT_KEYS, columns(entering));
  await keepKeys(manager, looked);
  return { entered: enteringPairs(entered), crossed: [...crossedPairs(left), ...crossedPairs(entered)] };
}

interface Entry {
  readonly key: number;
  readonly id: string;
}

interface PlaceRow {
  readonly key: string;
  readonly article_id: string;
  readonly before: string[];
  readonly after: string[];
}

async function placesOf(manager: EntityManager, entries: readonly Entry[]): Promise<Place[]> {
  if (entries.length === 0) return [];
  const rows: PlaceRow[] = await manager.query(SELECT_NEIGHBOURS, columns(entries));
  const known = new Map(rows.map((row) => [`${row.key} ${row.article_id}`, row]));
  return entries.map(({ key, id }) => {
    const row = known.get(`${key} ${id}`);
    return { key, id, before: row?.before ?? [], after: row?.after ?? [] };
  });
}

async function keepKeys(manager: EntityManager, looked: readonly Looked[]): Promise<void> {
  const found = looked.filter(({ keys }) => keys.length > 0);
  const lost = looked.filter(({ keys, oldKeys }) => keys.length === 0 && oldKeys.length > 0);
  if (found.length > 0) {
    await manager.query(PUT_ARTICLE_KEYS, [found.map(({ id }) => id), found.map(({ keys }) => `{${keys.join()}}`)]);
  }
  if (lost.length > 0) await manager.query(DELETE_ARTICLE_KEYS, [lost.map(({ id }) => id)]);
}

function columns(entries: readonly Entry[]): unknown[][] {
  return [entries.map(({ key }) => key), entries.map(({ id }) => id)];
}
