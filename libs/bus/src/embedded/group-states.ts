import type { Pool } from 'pg';
import type { GroupState } from '../log-state.ts';
import { rowsOf } from './database.ts';

type PartitionRow = [
  group: string,
  topic: string,
  members: string,
  partition: number,
  nextOffset: string,
  lag: string,
  waitingSince: Date | null,
];

// The record of an offset is found by its primary key; there is none where nothing waits.
const STATES = `
select g.group_name, t.name,
       (select count(*) from bus.live_member m where m.group_name = g.group_name and m.topic_id = t.id),
       g.partition, o.next_offset, p.next_offset - o.next_offset,
       (select r.appended_at from bus.record r
         where r.topic_id = t.id and r.partition = g.partition and r."offset" = o.next_offset)
  from bus.group_offset g
  join bus.topic t on t.id = g.topic_id
  join bus.partition p on p.topic_id = g.topic_id and p.number = g.partition
  cross join lateral (select greatest(g.next_offset, p.start_offset) as next_offset) o
 where g.group_name = any ($1) and t.name = any ($2)
 order by g.group_name, t.name, g.partition`;

/** How far each group is in each topic, by one statement. @throws KhabarError as `databaseError` says */
export async function groupStates(
  pool: Pool,
  groups: readonly string[],
  topics: readonly string[],
): Promise<GroupState[]> {
  const rows = await rowsOf<PartitionRow>(pool, { text: STATES, values: [groups, topics] });
  return [...Map.groupBy(rows, ([group, topic]) => JSON.stringify([group, topic])).values()].map((ofOne) => {
    const [group, topic, members] = ofOne[0]!;
    const partitions = ofOne.map(([, , , partition, nextOffset, lag, since]) => ({
      partition,
      nextOffset: BigInt(nextOffset),
      lag: BigInt(lag),
      waitingSince: since?.toISOString() ?? null,
    }));
    const lag = partitions.reduce((sum, each) => sum + each.lag, 0n);
    return { group, topic, members: Number(members), lag, partitions };
  });
}
