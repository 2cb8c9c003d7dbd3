import type { DataSource, EntityManager } from 'typeorm';

/** The form in which something was announced, or is about to be. */
export interface AnnouncedForm {
  /** The raw article's id; of an entry without identity an id made of its content. */
  readonly id: string;
  /** SHA-256 in hex. */
  readonly contentHash: string;
  /** Of a file: see `Announced.fileStamp`. */
  readonly fileStamp: string | null;
  /** Of a feed's entry whose id is made of its link: which entry has that link for its own. Null or absent of everything else. */
  readonly holder?: EntryIdentity | null;
}

/** What an entry is recognised by beside its link, as SHA-256 in hex, for both may be of any length. */
export interface EntryIdentity {
  /** Of its guid, else of its title. */
  readonly identity: string;
  /** Of its title. */
  readonly title: string;
}

/** What a source announced last under each of these ids; ids that it never announced are not in it. */
export async function announcedForms(
  database: DataSource,
  sourceId: string,
  ids: readonly string[],
): Promise<Map<string, AnnouncedForm>> {
  const rows: AnnouncedForm[] = await database.query(
    `SELECT id, encode(content_hash, 'hex') AS "contentHash", file_stamp AS "fileStamp",
        CASE WHEN identity_hash IS NOT NULL THEN
          json_build_object('identity', encode(identity_hash, 'hex'), 'title', encode(title_hash, 'hex')) END AS holder
      FROM fetcher.announced WHERE source_id = $1 AND id = ANY($2)`,
    [sourceId, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Remembers forms, each id once, as announced. To be called in a transaction that holds the source's lease, after the bus has them for good. */
export async function rememberAnnounced(
  transaction: EntityManager,
  sourceId: string,
  forms: readonly AnnouncedForm[],
): Promise<void> {
  if (forms.length === 0) return;
  await transaction.query(
    `INSERT INTO fetcher.announced AS known (source_id, id, content_hash, file_stamp, identity_hash, title_hash)
      SELECT $1, form.id, decode(form.hash, 'hex'), form.stamp, decode(form.identity, 'hex'), decode(form.title, 'hex')
      FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) AS form (id, hash, stamp, identity, title)
      ON CONFLICT (source_id, id) DO UPDATE SET
        content_hash = excluded.content_hash,
        file_stamp = excluded.file_stamp,
        identity_hash = excluded.identity_hash,
        title_hash = excluded.title_hash,
        announced_at = CASE WHEN known.content_hash = excluded.content_hash THEN known.announced_at ELSE now() END`,
    [
      sourceId,
      forms.map(({ id }) => id),
      forms.map(({ contentHash }) => contentHash),
      forms.map(({ fileStamp }) => fileStamp),
      forms.map(({ holder }) => holder?.identity ?? null),
      forms.map(({ holder }) => holder?.title ?? null),
    ],
  );
}
