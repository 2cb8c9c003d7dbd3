import type { EntityManager } from 'typeorm';
import { Components } from './components.ts';
import type { Relinked } from './link-articles.ts';
import type { Pair } from './neighbours.ts';
import { SELECT_CLUSTERS_OF, SELECT_HELD_TOGETHER, SELECT_LINKS, SELECT_MEMBERS } from './statements.ts';

/** An article that is in another cluster from now on, or in none. */
export interface Clustering {
  readonly id: string;
  readonly clusterId: string | null;
}

interface MemberRow {
  readonly id: string;
  readonly cluster_id: string;
}

/**
 * What new and lost links make of clusters: articles that links hold together are one cluster, named by its smallest member. Links that
 * are only new join clusters without a look at their members; where one is lost that held its ends together, the members and links of
 * that cluster are read and told apart again.
 */
export async function changedClusters(manager: EntityManager, { added, removed }: Relinked): Promise<Clustering[]> {
  const broken = await withoutOtherWay(manager, removed);
  const ids = [...new Set([...added, ...broken].flat())];
  if (ids.length === 0) return [];
  const clusterOf = new Map((await select(manager, SELECT_CLUSTERS_OF, ids)).map((row) => [row.id, row.cluster_id]));
  const brokenClusters = new Set(broken.flat().flatMap((id) => clusterOf.get(id) ?? []));
  const brokenMembers = await select(manager, SELECT_MEMBERS, [...brokenClusters]);

  // A cluster that lost nothing is one thing, by its name; any other article is one by itself.
  const whole = new Set([...clusterOf.values()].filter((cluster) => !brokenClusters.has(cluster)));
  const thingOf = (id: string): string => {
    const cluster = clusterOf.get(id);
    return cluster !== undefined && whole.has(cluster) ? cluster : id;
  };
  const components = new Components();
  for (const { id } of brokenMembers) components.add(id);
  for (const pair of await linksAmong(manager, brokenMembers)) components.join(pair);
  for (const [a, b] of added) components.join([thingOf(a), thingOf(b)]);

  const before = new Map([...clusterOf, ...brokenMembers.map((row) => [row.id, row.cluster_id] as const)]);
  return clusterings(manager, components, whole, before);
}

async function clusterings(
  manager: EntityManager,
  components: Components,
  whole: ReadonlySet<string>,
  before: ReadonlyMap<string, string>,
): Promise<Clustering[]> {
  const changed: Clustering[] = [];
  const renamed = new Map<string, string>();
  for (const [name, things] of components.groups) {
    const isCluster = things.length > 1 || whole.has(name);
    for (const thing of things) {
      if (whole.has(thing)) {
        if (thing !== name) renamed.set(thing, name);
        continue;
      }
      const clusterId = isCluster ? name : null;
      if (clusterId !== (before.get(thing) ?? null)) changed.push({ id: thing, clusterId });
    }
  }
  const moved = await select(manager, SELECT_MEMBERS, [...renamed.keys()]);
  return [...changed, ...moved.map(({ id, cluster_id }) => ({ id, clusterId: renamed.get(cluster_id)! }))];
}

/** Lost links whose ends have no neighbour in common any more. */
async function withoutOtherWay(manager: EntityManager, removed: readonly Pair[]): Promise<Pair[]> {
  if (removed.length === 0) return [];
  const columns = [removed.map(([id]) => id), removed.map(([, other]) => other)];
  const rows: { id: string; other_id: string }[] = await manager.query(SELECT_HELD_TOGETHER, columns);
  const held = new Set(rows.map(({ id, other_id }) => `${id} ${other_id}`));
  return removed.filter(([id, other]) => !held.has(`${id} ${other}`));
}

async function linksAmong(manager: EntityManager, members: readonly MemberRow[]): Promise<Pair[]> {
  if (members.length === 0) return [];
  const rows: { id: string; other_id: string }[] = await manager.query(SELECT_LINKS, [members.map(({ id }) => id)]);
  return rows.map(({ id, other_id }): Pair => [id, other_id]);
}

async function select(manager: EntityManager, statement: string, ids: readonly string[]): Promise<MemberRow[]> {
  return ids.length === 0 ? [] : manager.query(statement, [ids]);
}
