import { KhabarError, instant, sha256 } from '@khabar/contracts';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import knownSchemas from './known-schemas.json' with { type: 'json' };
import { LONGEST_TAR_PATH } from './tar-header.ts';

/** The form of a backup that this program writes, and the newest that it reads. */
export const BACKUP_FORMAT = 1;

/** Below a data folder, and only what we put there: a name with another first letter, such as `..`, is none of Postgres's. */
const PATH = /^(?:password|postgres(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*)$/;

// a folder's name in the archive has a slash behind it
const path = () => Type.String({ pattern: PATH.source, maxLength: LONGEST_TAR_PATH - 1 });
const whole = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const schema = Type.Object({
  /** Rises when an older program could not read it any more. */
  format: Type.Integer({ minimum: 1, maximum: BACKUP_FORMAT }),
  khabarVersion: Type.String({ minLength: 1, maxLength: 100 }),
  postgresMajor: whole(),
  /** Postgres's own name of the cluster, given once by initdb. */
  systemIdentifier: Type.String({ pattern: '^\\d{1,20}$' }),
  startedAt: instant(),
  /** All that was committed until this moment is in the backup. */
  endedAt: instant(),
  /** Which form each schema of the database had: the time of its newest migration, of `bus` the number of its steps. */
  schemas: Type.Record(Type.String({ pattern: '^[a-z_]{1,63}$' }), whole()),
  /** Those above first. */
  folders: Type.Array(path()),
  /** In the order in which they are in the archive. */
  files: Type.Array(Type.Object({ path: path(), bytes: whole(), sha256: sha256() })),
});

const validator = Compile(schema);

/** What a backup says about itself. */
export type BackupManifest = Static<typeof schema>;
/** One file in it: its path below the data folder, and what it holds. */
export type BackedUpFile = BackupManifest['files'][number];

/** Whether a file or folder of the data folder can be in a backup. */
export function isBackupPath(candidate: string): boolean {
  return PATH.test(candidate) && candidate.length < LONGEST_TAR_PATH;
}

/** The content of all files, in bytes. */
export function contentBytes({ files }: Pick<BackupManifest, 'files'>): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Reads what {@link JSON.stringify} made of a manifest. @throws KhabarError `backup-too-new` or `backup-damaged`; `where` names the file in it */
export function parseManifest(text: string, where: string): BackupManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(where, 'its manifest is not JSON', cause);
  }
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > BACKUP_FORMAT) {
    throw new KhabarError(
      'backup-too-new',
      `${where} is a backup of format ${format}, and this Khabar reads up to ${BACKUP_FORMAT}: use the Khabar that made it, or a newer one`,
    );
  }
  if (validator.Check(value)) return value;
  throw damaged(where, 'its manifest is not as it should be');
}

/**
 * Refuses a backup that this program's Postgres or services could not work with.
 * @throws KhabarError `postgres-version` or `backup-too-new`
 */
export function requireRestorable(
  { khabarVersion, postgresMajor, schemas }: BackupManifest,
  broughtMajor: number,
  known: Readonly<Record<string, number>> = knownSchemas,
): void {
  if (postgresMajor !== broughtMajor) {
    throw new KhabarError(
      'postgres-version',
      `The backup is of Postgres ${postgresMajor}, this Khabar brings ${broughtMajor}: restore it with the Khabar that made it (${khabarVersion})`,
    );
  }
  const newer = Object.entries(schemas).find(([name, version]) => version > (known[name] ?? -1));
  if (newer) {
    throw new KhabarError(
      'backup-too-new',
      `The backup was made by a newer Khabar (${khabarVersion}): its schema ${newer.join(' is at ')}, which this one does not know; restore it with that one`,
    );
  }
}

/** The error for a backup that is not as it was written. */
export function damaged(where: string, fact: string, cause?: unknown): KhabarError {
  return new KhabarError('backup-damaged', `${where} is damaged: ${fact}; take another backup`, { cause });
}
