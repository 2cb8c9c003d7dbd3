import type { EntityManager } from 'typeorm';
import type { Looked, Moved } from './key-rows.ts';
import { isEcho, type ShingleSet, shingleSet } from './near-duplicates.ts';
import { type Pair, PairSet } from './neighbours.ts';
import { shinglesOf } from './shingles.ts';
import {
  DELETE_LINKS,
  INSERT_LINKS,
  SELECT_BODIES,
  SELECT_LINKED,
  SELECT_LINKS,
  SELECT_WITHIN_REACH,
} from './statements.ts';

/** Pairs whose texts are in memory at once. */
const PAIRS_AT_ONCE = 200;

/** What became of links; they are written by then. */
export interface Relinked {
  readonly added: readonly Pair[];
  readonly removed: readonly Pair[];
}

/** Links the articles with those that tell the same news, and takes links away that are none any more. */
export async function linkArticles(manager: EntityManager, looked: readonly Looked[], moved: Moved): Promise<Relinked> {
  const known = looked.filter(({ oldKeys }) => oldKeys.length > 0).map(({ id }) => id);
  const before = known.length === 0 ? new PairSet() : await pairsOf(manager, SELECT_LINKS, [known]);
  const echoes = await echoesAmong(manager, moved.entered, looked);
  const added = echoes.all.filter(([a, b]) => !before.has(a, b));
  const removed = before.all.filter(([a, b]) => !echoes.has(a, b));

  const crossed = await linkCrossed(manager, moved.crossed);
  const relinked = { added: [...added, ...crossed.added], removed: [...removed, ...crossed.removed] };
  if (relinked.added.length > 0) await manager.query(INSERT_LINKS, columnsOf(relinked.added));
  if (relinked.removed.length > 0) await manager.query(DELETE_LINKS, columnsOf(relinked.removed));
  return relinked;
}

/** Links of articles that were not looked at themselves: others have come or gone between them. */
async function linkCrossed(manager: EntityManager, pairs: readonly Pair[]): Promise<Relinked> {
  if (pairs.length === 0) return { added: [], removed: [] };
  const linked = await pairsOf(manager, SELECT_LINKED, columnsOf(pairs));
  const within = await pairsOf(manager, SELECT_WITHIN_REACH, columnsOf(pairs));
  const met = within.all.filter(([a, b]) => !linked.has(a, b));
  return {
    added: (await echoesAmong(manager, met, [])).all,
    removed: linked.all.filter(([a, b]) => !within.has(a, b)),
  };
}

/** Which of these pairs overlap enough. Texts of others than the looked at are read as they are stored now. */
async function echoesAmong(
  manager: EntityManager,
  pairs: readonly Pair[],
  looked: readonly Looked[],
): Promise<PairSet> {
  const own = new Map(looked.map(({ id, shingles }) => [id, shingles]));
  const ownSets = new Map<string, ShingleSet>();
  const echoes = new PairSet();
  for (let at = 0; at < pairs.length; at += PAIRS_AT_ONCE) {
    const slice = pairs.slice(at, at + PAIRS_AT_ONCE);
    const others = new Set(slice.flat().filter((id) => !own.has(id)));
    const otherSets = await setsOf(manager, [...others]);
    const setOf = (id: string): ShingleSet | undefined => {
      const shingles = own.get(id);
      if (shingles === undefined) return otherSets.get(id);
      if (!ownSets.has(id)) ownSets.set(id, shingleSet(shingles));
      return ownSets.get(id);
    };
    for (const [a, b] of slice) {
      const [x, y] = [setOf(a), setOf(b)];
      if (x && y && isEcho(x, y)) echoes.add(a, b);
    }
  }
  return echoes;
}

async function setsOf(manager: EntityManager, ids: readonly string[]): Promise<Map<string, ShingleSet>> {
  if (ids.length === 0) return new Map();
  const rows: { id: string; body: string }[] = await manager.query(SELECT_BODIES, [ids]);
  return new Map(rows.map(({ id, body }) => [id, shingleSet(shinglesOf(body))]));
}

async function pairsOf(manager: EntityManager, statement: string, parameters: unknown[]): Promise<PairSet> {
  const rows: { id: string; other_id: string }[] = await manager.query(statement, parameters);
  const pairs = new PairSet();
  for (const { id, other_id } of rows) pairs.add(id, other_id);
  return pairs;
}

function columnsOf(pairs: readonly Pair[]): string[][] {
  return [pairs.map(([id]) => id), pairs.map(([, other]) => other)];
}
