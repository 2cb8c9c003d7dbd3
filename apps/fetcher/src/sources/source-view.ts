import { SOURCE_KINDS, instant, orNull, uuid } from '@khabar/contracts';
import { Type, type Static } from 'typebox';
import type { Source } from './source.entity.ts';

/** A source as the API shows it. */
export const SourceViewSchema = Type.Object(
  {
    id: uuid(),
    kind: Type.Enum(SOURCE_KINDS),
    url: orNull(Type.String({ description: 'Address of a feed' })),
    path: orNull(Type.String({ description: 'Of a folder or file, relative to the workspace' })),
    name: orNull(Type.String({ description: 'Of a push source' })),
    title: orNull(Type.String()),
    language: orNull(Type.String({ description: 'BCP 47' })),
    siteUrl: orNull(Type.String()),
    category: orNull(Type.String({ description: 'Slash-delimited, as in OPML' })),
    state: Type.Enum(['active', 'failing', 'paused', 'gone']),
    failingSince: orNull(instant()),
    movedTo: orNull(Type.String({ description: 'Where permanent redirects lead; polls go there' })),
    intervalSeconds: Type.Number({ description: 'Between two polls when all is well' }),
    nextPollAt: orNull(instant()),
    polledAt: orNull(instant('The last poll began')),
    fetchedAt: orNull(instant('The last poll that went well ended')),
    lastStatus: orNull(Type.Integer({ description: 'HTTP status of the last poll' })),
    lastError: orNull(
      Type.Object({
        code: Type.String(),
        message: Type.String({ description: 'In plain words' }),
        at: instant(),
      }),
    ),
    counters: Type.Object({
      polls: Type.Integer(),
      unchanged: Type.Integer({ description: 'Polls answered with "not modified"' }),
      failures: Type.Integer(),
      published: Type.Integer({ description: 'Raw articles' }),
      rejected: Type.Integer({ description: 'Inputs that became dead letters at once' }),
    }),
    createdAt: instant(),
  },
  { title: 'Source' },
);

/** See {@link SourceViewSchema}. */
export type SourceView = Static<typeof SourceViewSchema>;

/** A page of sources. */
export const SourcePageSchema = Type.Object({
  items: Type.Array(SourceViewSchema),
  nextCursor: orNull(Type.String()),
  total: Type.Integer({ description: 'Of all pages' }),
});

/** The source in the words of the API. */
export function viewOf(source: Source, defaultIntervalMs: number): SourceView {
  const { id, kind, address, title, language, siteUrl, category, movedTo, lastStatus } = source;
  const isFile = kind === 'folder' || kind === 'file';
  return {
    ...{ id, kind, title, language, siteUrl, category, movedTo, lastStatus },
    url: isFile || kind === 'push' ? null : address,
    path: isFile ? address : null,
    name: kind === 'push' ? address : null,
    state: stateOf(source),
    failingSince: instantOf(source.failingSince),
    intervalSeconds: source.intervalSeconds ?? defaultIntervalMs / 1000,
    nextPollAt: instantOf(source.nextPollAt),
    polledAt: instantOf(source.polledAt),
    fetchedAt: instantOf(source.fetchedAt),
    lastError: lastErrorOf(source),
    counters: {
      polls: source.pollCount,
      unchanged: source.unchangedCount,
      failures: source.failureCount,
      published: source.publishedCount,
      rejected: source.rejectedCount,
    },
    createdAt: source.createdAt.toISOString(),
  };
}

function stateOf({ paused, goneAt, failingSince }: Source): SourceView['state'] {
  if (paused) return 'paused';
  if (goneAt !== null) return 'gone';
  return failingSince === null ? 'active' : 'failing';
}

function lastErrorOf({ errorCode, errorMessage, errorAt }: Source): SourceView['lastError'] {
  if (errorCode === null || errorAt === null) return null;
  return { code: errorCode, message: errorMessage ?? '', at: errorAt.toISOString() };
}

function instantOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
