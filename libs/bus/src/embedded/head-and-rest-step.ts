import { RECORDS_CHANNEL } from './channels.ts';

/** The step of the schema that divides texts; see `headAndRest`. */
export const HEAD_AND_REST_STEP = `
-- A text that does not fit in a page has its head there and its rest in the TOAST table. A program that knows only the whole
-- text finds no column of that name, rather than half a text.
alter table bus.record rename column text to head;
alter table bus.record add column rest text;
alter table bus.record alter column head set storage main, alter column rest set storage external;

drop function bus.commit_with(integer[], integer[], integer[], integer[], integer[], text[], json[], text[], bytea[],
  text, integer, integer, bigint, bigint);
drop function bus.publish_numbered(integer[], integer[], integer[], integer[], integer[], text[], json[], text[], bytea[],
  text, bigint, bigint);
drop function bus.append(integer[], integer[], integer[], integer[], integer[], text[], json[], text[], bytea[]);

-- As before, with the rests of the texts.
create function bus.append(
  topic_ids integer[], numbers integer[], counts integer[],
  places integer[], ranks integer[], keys text[], headers json[], heads text[], rests text[], contents bytea[]
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
    select topic_ids[r.place], numbers[r.place], firsts[r.place] + r.rank, times[r.place], r.key, r.headers, r.head, r.bytes, r.rest
      from (select unnest(places) as place, unnest(ranks) as rank, unnest(keys) as key,
                   unnest(headers) as headers, unnest(heads) as head, unnest(rests) as rest,
                   unnest(contents) as bytes) r;
  -- a notification holds 8,000 bytes at most
  perform pg_notify('${RECORDS_CHANNEL}', t || ' ' || string_agg(n || ':' || (firsts[i] + counts[i]), ' '))
     from unnest(topic_ids, numbers) with ordinality as u(t, n, i)
    group by t, n / 100;
end $$;

create function bus.commit_with(
  topic_ids integer[], numbers integer[], counts integer[],
  places integer[], ranks integer[], keys text[], headers json[], heads text[], rests text[], contents bytea[],
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
    perform bus.append(topic_ids, numbers, counts, places, ranks, keys, headers, heads, rests, contents);
  end if;
  return true;
end $$;

create function bus.publish_numbered(
  topic_ids integer[], numbers integer[], counts integer[],
  places integer[], ranks integer[], keys text[], headers json[], heads text[], rests text[], contents bytea[],
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
    perform bus.append(topic_ids, numbers, counts, places, ranks, keys, headers, heads, rests, contents);
  end if;
  return true;
end $$;
`;
