import { KhabarError, compileValidator, orNull } from '@khabar/contracts';
import { problem } from '@khabar/runtime';
import { Type, type Static } from 'typebox';

/** One line of text: what Postgres cannot keep is in none. */
export const line = { minLength: 1, pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]*$' };
const title = Type.String({ ...line, maxLength: 500 });
const category = Type.String({ ...line, maxLength: 500, description: 'Slash-delimited, as in OPML' });
const intervalSeconds = Type.Integer({ minimum: 1, maximum: 30 * 24 * 60 * 60 });

/** A language tag in a request. */
export const languageTag = Type.String({ pattern: '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$', description: 'BCP 47' });

/** `POST /api/v1/sources`. */
export const NewSourceSchema = Type.Object(
  {
    kind: Type.Optional(
      Type.Enum(['feed', 'folder', 'file', 'push'], {
        description: 'Unless told: feed where there is a url, else what lies at the path',
      }),
    ),
    url: Type.Optional(Type.String({ maxLength: 4096, description: 'Of a feed' })),
    path: Type.Optional(
      Type.String({ ...line, maxLength: 4096, description: 'Of a folder or file inside the workspace' }),
    ),
    name: Type.Optional(Type.String({ ...line, maxLength: 200, description: 'Of a push source' })),
    title: Type.Optional(title),
    language: Type.Optional(languageTag),
    category: Type.Optional(category),
    intervalSeconds: Type.Optional(intervalSeconds),
  },
  { title: 'NewSource', additionalProperties: false },
);

/** See {@link NewSourceSchema}. */
export type NewSourceRequest = Static<typeof NewSourceSchema>;

/** Compiled form of {@link NewSourceSchema}. */
export const newSourceValidator = compileValidator('source', NewSourceSchema);

/** `PATCH /api/v1/sources/{id}`. */
export const SourceChangeSchema = Type.Object(
  {
    title: Type.Optional(orNull(title)),
    language: Type.Optional(orNull(languageTag)),
    category: Type.Optional(orNull(category)),
    paused: Type.Optional(Type.Boolean()),
    intervalSeconds: Type.Optional(orNull(intervalSeconds)),
  },
  { title: 'SourceChange', additionalProperties: false },
);

/** Compiled form of {@link SourceChangeSchema}. */
export const sourceChangeValidator = compileValidator('change of a source', SourceChangeSchema);

/** A source's place in the list, as text that a client hands back. */
export function writeCursor({ createdAt, id }: { createdAt: Date; id: string }): string {
  return Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url');
}

/** @throws HttpException 400 for what {@link writeCursor} did not write. */
export function readCursor(cursor: string | undefined): { createdAt: string; id: string } | null {
  if (cursor === undefined || cursor === '') return null;
  const [createdAt = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (rest.length === 0 && !Number.isNaN(Date.parse(createdAt)) && isUuid(id)) return { createdAt, id };
  throw problem(400, 'invalid-cursor', 'The cursor is not one that this API gave out');
}

/** @throws HttpException 400. */
export function readLimit(limit: string | undefined): number {
  if (limit === undefined || limit === '') return 50;
  const value = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (value >= 1 && value <= 500) return value;
  throw problem(400, 'invalid-limit', 'limit must be a whole number from 1 to 500');
}

/** @throws HttpException 404: no source has such an id. */
export function readId(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  throw problem(404, 'no-such-source', 'A source id is a UUID');
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** A fault of the request, known by its KhabarError code, as the problem that the client reads. */
export function refuse(error: unknown): never {
  if (error instanceof KhabarError && !error.dependency) throw problem(422, error.code, error.message);
  throw error;
}
