import { MEMBERS_CHANNEL, RECORDS_CHANNEL } from './channels.ts';
import { HEAD_AND_REST_STEP } from './head-and-rest-step.ts';

/** First key of the advisory locks by which members show that they live; the second is the member's id. It spells "bus". */
export const MEMBER_LOCK = 0x627573;

/**
 * The steps from an empty database to the schema of today: step n makes version n, and a released step never changes.
 * SQL as text within the program, so that the bundle, the tests and type stripping read it alike.
 *
 * What must hold together is a function of the database, one round trip and one transaction: a client that is stopped or
 * frozen in the middle of its work never holds a lock.
 */
export const SCHEMA_STEPS: readonly string[] = [
  `
create table bus.topic (
  id integer primary key generated always as identity,
  name text not null unique,
  partitions integer not null check (partitions > 0),
  retention_ms bigint not null,
  max_message_bytes integer not null
);

-- Changed by every append: half of each page stays free, so that a new row version finds room beside the old one (HOT).
create table bus.partition (
  topic_id integer not null references bus.topic,
  number integer not null,
  start_offset bigint not null default 0, -- the oldest record that is still there
  next_offset bigint not null default 0, -- the next one to be given out
  appended_at timestamptz not null default '-infinity', -- of the newest record: time never runs backwards within a partition
  primary key (topic_id, number)
) with (fillfactor = 50);

-- Offsets are dense from start_offset to next_offset. A value that is UTF-8 without NUL stands in text, any other in bytes,
-- which \`pg\` reads as hexadecimal text, twice as long. A value of up to 8 kB stays in its row instead of being cut into five
-- of the TOAST table, and is not compressed (pglz would take half of the whole time of an append).
create table bus.record (
  topic_id integer not null,
  partition integer not null,
  "offset" bigint not null,
  appended_at timestamptz not null,
  key text,
  headers json not null, -- not jsonb, which refuses a NUL
  text text,
  bytes bytea,
  primary key (topic_id, partition, "offset")
) with (toast_tuple_target = 8160);
alter table bus.record
  alter column headers set storage external, alter column text set storage external, alter column bytes set storage external;

create sequence bus.member_id as integer cycle;

create table bus.member (
  id integer primary key,
  group_name text not null,
  topic_id integer not null references bus.topic,
  seen_at timestamptz not null,
  patience interval not null -- silent for longer, it counts as dead
);

create table bus.group_offset (
  group_name text not null,
  topic_id integer not null references bus.topic,
  partition integer not null,
  next_offset bigint not null, -- everything below is done
  committed_at timestamptz,
  owner integer, -- the member that works on it
  epoch bigint not null default 0, -- counts changes of owner: who knows an older one owns nothing
  primary key (group_name, topic_id, partition)
) with (fillfactor = 50);

-- A member lives as long as its connection, which holds its lock, and as long as it is heard of: a killed process is known
-- at once by the first, a frozen one after its patience by the second.
create view bus.live_member as
  select m.id, m.group_name, m.topic_id
    from bus.member m
   where m.seen_at > clock_timestamp() - m.patience
     and m.id in (select l.objid::bigint
                    from pg_locks l
                   where l.locktype = 'advisory' and l.classid = ${MEMBER_LOCK} and l.objsubid = 2 and l.granted
                     and l.database = (select d.oid from pg_database d where d.datname = current_database()));

-- Appends records: the i-th partition (in rising order of topic and number, against deadlocks) gets counts[i] of them.
-- Record j goes to partition places[j], ranks[j] behind the first of this call. The row locks of the partitions are held
-- to commit, so that offsets become visible in their order and no reader skips one of a slower transaction.
create function bus.append(
  topic_ids integer[], numbers integer[], counts integer[],
  places integer[], ranks integer[], keys text[], headers json[], texts text[], contents bytea[]
) returns void language plpgsql as $$
declare
  firsts bigint[];
  times timestamptz[];
  part record;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'local', true); -- what is acknowledged is durable, however the server is set
  end if;
  for i in 1 .. cardinality(topic_ids) loop
    update bus.partition p
       set next_offset = p.next_offset + counts[i], appended_at = greatest(p.appended_at, clock_timestamp())
     where p.topic_id = topic_ids[i] and p.number = numbers[i]
     returning p.next_offset, p.appended_at into strict part;
    firsts[i] := part.next_offset - counts[i];
    times[i] := part.appended_at;
  end loop;
  -- unnest in the select list streams; in the from clause it would spill large batches to a file
  insert into bus.record
    select topic_ids[r.place], numbers[r.place], firsts[r.place] + r.rank, times[r.place], r.key, r.headers, r.text, r.bytes
      from (select unnest(places) as place, unnest(ranks) as rank, unnest(keys) as key,
                   unnest(headers) as headers, unnest(texts) as text, unnest(contents) as bytes) r;
  -- a notification holds 8,000 bytes at most
  perform pg_notify('${RECORDS_CHANNEL}', t || ' ' || string_agg(n || ':' || (firsts[i] + counts[i]), ' '))
     from unnest(topic_ids, numbers) with ordinality as u(t, n, i)
    group by t, n / 100;
end $$;

-- The first offset appended at or after an instant: a binary search, for time rises with the offset.
create function bus.offset_at(of_topic integer, of_partition integer, instant timestamptz)
returns bigint language plpgsql stable as $$
declare
  low bigint;
  high bigint;
  middle bigint;
begin
  select p.start_offset, p.next_offset into strict low, high
    from bus.partition p where p.topic_id = of_topic and p.number = of_partition;
  while low < high loop
    middle := (low + high) / 2;
    if exists (select from bus.record r
                where r.topic_id = of_topic and r.partition = of_partition and r."offset" = middle
                  and r.appended_at >= instant) then
      high := middle;
    else
      low := middle + 1;
    end if;
  end loop;
  return low;
end $$;

-- One member's view of its group, and its share of the work: it says that it lives, forgets the dead, takes the partitions
-- that are its own by the order of the living and belong to nobody, and learns which of its own it should hand over.
-- It writes nothing while nothing changes but a sign of life at every fifth of its patience.
create function bus.rebalance(me integer, of_group text, of_topic integer, my_patience interval)
returns table (partition integer, epoch bigint, next_offset bigint, end_offset bigint, wanted boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  members integer[];
  changed boolean;
begin
  perform set_config('synchronous_commit', 'off', true); -- lost by a crash of the machine, it is found out anew
  perform pg_advisory_xact_lock(hashtextextended('khabar bus group ' || of_group, of_topic));
  delete from bus.member m
   where m.group_name = of_group and m.topic_id = of_topic and m.id <> me
     and not exists (select from bus.live_member l where l.id = m.id);
  changed := found;
  if exists (select from bus.member m where m.id = me) then
    update bus.member m set seen_at = clock_timestamp()
     where m.id = me and m.seen_at < clock_timestamp() - m.patience / 5;
  else
    insert into bus.member (id, group_name, topic_id, seen_at, patience)
      values (me, of_group, of_topic, clock_timestamp(), my_patience);
    insert into bus.group_offset (group_name, topic_id, partition, next_offset)
      select of_group, of_topic, p.number, p.start_offset from bus.partition p where p.topic_id = of_topic
      on conflict do nothing;
    changed := true;
  end if;
  if changed then
    perform pg_notify('${MEMBERS_CHANNEL}', of_topic || ' ' || of_group);
  end if;
  members := array(select m.id from bus.member m where m.group_name = of_group and m.topic_id = of_topic order by m.id);
  update bus.group_offset g set owner = me, epoch = g.epoch + 1
   where g.group_name = of_group and g.topic_id = of_topic
     and members[g.partition % cardinality(members) + 1] = me
     and (g.owner is null or g.owner <> all (members));
  return query
    select g.partition, g.epoch, greatest(g.next_offset, p.start_offset), p.next_offset,
           members[g.partition % cardinality(members) + 1] = me
      from bus.group_offset g
      join bus.partition p on p.topic_id = g.topic_id and p.number = g.partition
     where g.group_name = of_group and g.topic_id = of_topic and g.owner = me;
end $$;

-- Gives partitions of an epoch back, for whoever they are meant for.
create function bus.release(of_group text, of_topic integer, of_partition integer, of_epoch bigint)
returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  update bus.group_offset g set owner = null, epoch = g.epoch + 1
   where g.group_name = of_group and g.topic_id = of_topic and g.partition = of_partition and g.epoch = of_epoch;
  perform pg_notify('${MEMBERS_CHANNEL}', of_topic || ' ' || of_group);
end $$;

-- A member goes, and what it owned is free.
create function bus.leave(me integer, of_group text, of_topic integer)
returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  delete from bus.member m where m.id = me;
  update bus.group_offset g set owner = null, epoch = g.epoch + 1
   where g.group_name = of_group and g.topic_id = of_topic and g.owner = me;
  perform pg_notify('${MEMBERS_CHANNEL}', of_topic || ' ' || of_group);
end $$;

-- Says whether the partition was still owned. Not flushed: a crash of the machine may cost the last commits of half a
-- second, and their events come again, as at-least-once allows.
create function bus.commit(of_group text, of_topic integer, of_partition integer, of_epoch bigint, done_below bigint)
returns boolean language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  update bus.group_offset g set next_offset = greatest(g.next_offset, done_below), committed_at = clock_timestamp()
   where g.group_name = of_group and g.topic_id = of_topic and g.partition = of_partition and g.epoch = of_epoch;
  return found;
end $$;

-- Deletes at most so many records that are older than their topic keeps them and that every group is done with; says how
-- many. One at a time for a topic, whoever comes second has nothing to do.
create function bus.prune(of_topic integer, of_partition integer, at_most integer)
returns bigint language plpgsql as $$
declare
  first bigint;
  bound bigint;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('khabar bus prune', of_topic)) then
    return 0;
  end if;
  select p.start_offset, least(
           p.start_offset + at_most,
           bus.offset_at(p.topic_id, p.number, clock_timestamp() - t.retention_ms * interval '1 millisecond'),
           (select min(g.next_offset) from bus.group_offset g where g.topic_id = p.topic_id and g.partition = p.number))
    into strict first, bound
    from bus.partition p join bus.topic t on t.id = p.topic_id
   where p.topic_id = of_topic and p.number = of_partition;
  if bound <= first then
    return 0;
  end if;
  delete from bus.record r where r.topic_id = of_topic and r.partition = of_partition and r."offset" >= first and r."offset" < bound;
  update bus.partition p set start_offset = bound where p.topic_id = of_topic and p.number = of_partition;
  return bound - first;
end $$;
`,
  `
-- Who publishes numbered batches under a name.
create table bus.publisher (
  name text primary key,
  epoch bigint not null default 0, -- counts changes of hand: who knows an older one is fenced
  last_number bigint -- of the last batch that was appended
);

-- Appends, and commits as bus.commit does, in one transaction, which is flushed. Says whether the partition was still owned; if
-- not, nothing is appended. Repeated by somebody who got no answer, it does nothing more: the commit tells. The commit's row is
-- locked first, before those of the partitions, by everybody.
create function bus.commit_with(
  topic_ids integer[], numbers integer[], counts integer[],
  places integer[], ranks integer[], keys text[], headers json[], texts text[], contents bytea[],
  of_group text, of_topic integer, of_partition integer, of_epoch bigint, done_below bigint
) returns boolean language plpgsql as $$
declare
  next bigint;
begin
  select g.next_offset into next from bus.group_offset g
   where g.group_name = of_group and g.topic_id = of_topic and g.partition = of_partition and g.epoch = of_epoch
     for update;
  if not found then
    return false;
  end if;
  if next < done_below then
    update bus.group_offset g set next_offset = done_below, committed_at = clock_timestamp()
     where g.group_name = of_group and g.topic_id = of_topic and g.partition = of_partition;
    perform bus.append(topic_ids, numbers, counts, places, ranks, keys, headers, texts, contents);
  end if;
  return true;
end $$;

-- Appends a numbered batch and remembers its number. Says whether the publisher was still the one of its name; if not, nothing is
-- appended. A number that was there already, or a higher one, is not appended again.
create function bus.publish_numbered(
  topic_ids integer[], numbers integer[], counts integer[],
  places integer[], ranks integer[], keys text[], headers json[], texts text[], contents bytea[],
  of_name text, of_epoch bigint, of_number bigint
) returns boolean language plpgsql as $$
declare
  last bigint;
begin
  select p.last_number into last from bus.publisher p where p.name = of_name and p.epoch = of_epoch for update;
  if not found then
    return false;
  end if;
  if last is null or last < of_number then
    update bus.publisher p set last_number = of_number where p.name = of_name;
    perform bus.append(topic_ids, numbers, counts, places, ranks, keys, headers, texts, contents);
  end if;
  return true;
end $$;
`,
  `
-- Forgets how far a group is, so that it holds back no pruning; not in a topic where it has a living member. Says whether all is
-- forgotten.
create function bus.forget_group(of_group text) returns boolean language plpgsql as $$
declare
  topic integer;
begin
  for topic in select distinct g.topic_id from bus.group_offset g where g.group_name = of_group order by g.topic_id loop
    -- nobody joins meanwhile: bus.rebalance takes it too
    perform pg_advisory_xact_lock(hashtextextended('khabar bus group ' || of_group, topic));
    if not exists (select from bus.live_member m where m.group_name = of_group and m.topic_id = topic) then
      delete from bus.group_offset g where g.group_name = of_group and g.topic_id = topic;
    end if;
  end loop;
  return not exists (select from bus.group_offset g where g.group_name = of_group);
end $$;
`,
  HEAD_AND_REST_STEP,
];

/** The version of the schema `bus` that {@link SCHEMA_STEPS} come to. */
export const LOG_SCHEMA_VERSION: number = SCHEMA_STEPS.length;
