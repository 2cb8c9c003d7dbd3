import type { DataSource, EntityManager } from 'typeorm';

/** The form in which something was announced, or is about to be. */
export interface AnnouncedForm {
  /** The raw article's id; of an entry without identity an id made of its content. */
  readonly id: string;
  /** SHA-256 in hex. */
  readonly contentHash: string;
  /** Of a file: see `Announced.fileStamp`. */
  readonly fileStamp: string | null;
}

/** What a source announced last under each of these ids; ids that it never announced are not in it. */
export async function announcedForms(
  database: DataSource,
  sourceId: string,
  ids: readonly string[],
): Promise<Map<string, AnnouncedForm>> {
  const rows: AnnouncedForm[] = await database.query(
    `SELECT id, encode(content_hash, 'hex') AS "contentHash", file_stamp AS "fileStamp"
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
    `INSERT INTO fetcher.announced AS known (source_id, id, content_hash, file_stamp)
      SELECT $1, form.id, decode(form.hash, 'hex'), form.stamp
      FROM unnest($2::uuid[], $3::text[], $4::text[]) AS form (id, hash, stamp)
      ON CONFLICT (source_id, id) DO UPDATE SET
        content_hash = excluded.content_hash,
        file_stamp = excluded.file_stamp,
        announced_at = CASE WHEN known.content_hash = excluded.content_hash THEN known.announced_at ELSE now() END`,
    [
      sourceId,
      forms.map(({ id }) => id),
      forms.map(({ contentHash }) => contentHash),
      forms.map(({ fileStamp }) => fileStamp),
    ],
  );
}
