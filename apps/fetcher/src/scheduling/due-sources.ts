import type { KhabarError } from '@khabar/contracts';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { type AnnouncedForm, rememberAnnounced } from '../frontier/announced.ts';
import { Source } from '../sources/source.entity.ts';

/** Kinds of sources that are polled; the others come by themselves. */
export const POLLED_KINDS: readonly string[] = ['feed', 'folder', 'file'];

/** A source that is ours to poll until the lease is lost. */
export type LeasedSource = Source & { leaseToken: string };

/** What a poll found out about its source. `nextPollAt`: null for never, `keep` for as it was planned. */
export type PollResult = { readonly nextPollAt: Date | null | 'keep' } & (
  | {
      readonly kind: 'succeeded';
      readonly status: number | null;
      readonly unchanged: boolean;
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly movedTo: string | null;
      /** What the source says of itself; what it was given by hand goes before. */
      readonly title: string | null;
      readonly siteUrl: string | null;
      readonly counts: PollCounts;
    }
  | {
      readonly kind: 'failed' | 'gone';
      readonly status: number | null;
      readonly reason: KhabarError;
      readonly counts: PollCounts;
    }
  | { readonly kind: 'interrupted' }
);

/** What a poll put on the bus. */
export interface PollCounts {
  readonly published: number;
  readonly rejected: number;
}

/**
 * Takes sources that are due, the longest due first, for `leaseMs`; sources that another fetcher takes at this moment are passed over.
 * The cost follows what is due, not what exists: see the index `source_due`.
 */
export async function leaseDueSources(database: DataSource, limit: number, leaseMs: number): Promise<LeasedSource[]> {
  return leaseWhere(
    database,
    `WHERE next_poll_at <= now() AND (lease_until IS NULL OR lease_until < now()) ORDER BY next_poll_at LIMIT $2`,
    [leaseMs, limit],
  );
}

/** Takes one source, due or not: `busy` when another has it, `none` when it is paused or is no more. */
export async function leaseSource(
  database: DataSource,
  id: string,
  leaseMs: number,
): Promise<LeasedSource | 'busy' | 'none'> {
  const [source] = await leaseWhere(
    database,
    `WHERE id = $2 AND NOT paused AND (lease_until IS NULL OR lease_until < now())`,
    [leaseMs, id],
  );
  if (source !== undefined) return source;
  return (await database.getRepository(Source).existsBy({ id, paused: false })) ? 'busy' : 'none';
}

/** Makes a source due at once, behind the poll that may be under way; resolves with false for one that is paused, not polled or not there. */
export async function askForPoll(database: DataSource, id: string): Promise<boolean> {
  const { affected } = await database
    .createQueryBuilder()
    .update(Source)
    .set({ nextPollAt: () => 'now()', pollAskedAt: () => 'now()' })
    .where('id = :id AND NOT paused AND kind = ANY(:kinds)', { id, kinds: POLLED_KINDS })
    .execute();
  return affected === 1;
}

async function leaseWhere(database: DataSource, condition: string, parameters: unknown[]): Promise<LeasedSource[]> {
  // Materialised, lest the planner run the choice again for each row.
  const [rows] = (await database.query(
    `WITH chosen AS MATERIALIZED (SELECT id FROM fetcher.source ${condition} FOR UPDATE SKIP LOCKED)
      UPDATE fetcher.source SET lease_token = gen_random_uuid(), polled_at = now(),
        lease_until = now() + $1::integer * interval '1 millisecond'
      WHERE id IN (SELECT id FROM chosen) RETURNING id, lease_token AS "leaseToken"`,
    parameters,
  )) as [Pick<LeasedSource, 'id' | 'leaseToken'>[], number];
  if (rows.length === 0) return [];
  const tokens = new Map(rows.map(({ id, leaseToken }) => [id, leaseToken]));
  const sources = await database.getRepository(Source).findBy({ id: In([...tokens.keys()]) });
  return sources.filter((source): source is LeasedSource => source.leaseToken === tokens.get(source.id));
}

/** Prolongs the leases that still hold. */
export async function renewLeases(
  database: DataSource,
  leases: readonly LeasedSource[],
  leaseMs: number,
): Promise<void> {
  await database.query(
    `UPDATE fetcher.source SET lease_until = now() + $1::integer * interval '1 millisecond'
      WHERE id = ANY($2) AND lease_token = ANY($3)`,
    [leaseMs, leases.map(({ id }) => id), leases.map(({ leaseToken }) => leaseToken)],
  );
}

/**
 * Remembers, in one transaction and only while the lease holds, what was announced. Resolves with whether it held: if not, nothing is
 * written, and whoever has the source now announces the same again, under the same ids.
 */
export async function keepProgress(
  database: DataSource,
  lease: LeasedSource,
  announced: readonly AnnouncedForm[],
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    if (!(await holds(transaction, lease))) return false;
    await rememberAnnounced(transaction, lease.id, announced);
    return true;
  });
}

/** Like {@link keepProgress}, and with the same transaction writes what the poll made of the source and gives the lease back. */
export async function finishPoll(
  database: DataSource,
  lease: LeasedSource,
  announced: readonly AnnouncedForm[],
  result: PollResult,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    if (!(await holds(transaction, lease))) return false;
    await rememberAnnounced(transaction, lease.id, announced);
    await writeResult(transaction, lease, result);
    return true;
  });
}

async function holds(transaction: EntityManager, { id, leaseToken }: LeasedSource): Promise<boolean> {
  const rows: unknown[] = await transaction.query(
    'SELECT 1 FROM fetcher.source WHERE id = $1 AND lease_token = $2 FOR UPDATE',
    [id, leaseToken],
  );
  return rows.length > 0;
}

async function writeResult(transaction: EntityManager, { id }: LeasedSource, result: PollResult): Promise<void> {
  const { nextPollAt } = result;
  const planned = nextPollAt === 'keep' ? 'next_poll_at' : 'CAST(:nextPollAt AS timestamptz)';
  await transaction
    .createQueryBuilder()
    .update(Source)
    .set({
      leaseToken: null,
      leaseUntil: null,
      nextPollAt: () => `CASE WHEN paused THEN NULL WHEN poll_asked_at > polled_at THEN now() ELSE ${planned} END`,
      ...changesOf(result),
    })
    .where('id = :id', { id, ...parametersOf(result) })
    .execute();
}

type SourceChanges = { [column in keyof Source]?: Source[column] | (() => string) };

function changesOf(result: PollResult): SourceChanges {
  if (result.kind === 'interrupted') return {};
  const counters: SourceChanges = {
    lastStatus: result.status,
    pollCount: () => 'poll_count + 1',
    publishedCount: () => `published_count + ${result.counts.published}`,
    rejectedCount: () => `rejected_count + ${result.counts.rejected}`,
  };
  if (result.kind === 'succeeded') {
    const { etag, lastModified, movedTo, title, siteUrl, unchanged } = result;
    return {
      ...counters,
      ...{ etag, lastModified, movedTo, goneAt: null, failingSince: null, failuresInRow: 0 },
      fetchedAt: () => 'now()',
      ...(title !== null && { title: () => 'coalesce(title, :title)' }),
      ...(siteUrl !== null && { siteUrl: () => 'coalesce(site_url, :siteUrl)' }),
      ...(unchanged && { unchangedCount: () => 'unchanged_count + 1' }),
    };
  }
  return {
    ...counters,
    // A place that it was sent to and that fails is no reason to forget where it was.
    movedTo: null,
    failingSince: () => 'coalesce(failing_since, now())',
    failuresInRow: () => 'failures_in_row + 1',
    failureCount: () => 'failure_count + 1',
    errorCode: result.reason.code,
    errorMessage: result.reason.message,
    errorAt: () => 'now()',
    ...(result.kind === 'gone' && { goneAt: () => 'now()' }),
  };
}

function parametersOf(result: PollResult): Record<string, unknown> {
  const said = result.kind === 'succeeded' ? { title: result.title, siteUrl: result.siteUrl } : {};
  return { nextPollAt: result.nextPollAt, ...said };
}
