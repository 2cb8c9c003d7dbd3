import { instant, orNull, uuid } from '@khabar/contracts';
import { type Static, Type } from 'typebox';
import { articleViewExample } from '../articles/article-view.ts';

/** What the API answers to an erasure. */
export const ErasureViewSchema = Type.Object(
  {
    id: uuid("The article's id"),
    erasedAt: instant('When the store forgot its texts'),
    rawIds: Type.Array(uuid(), { description: 'The raw articles that made it; none of them is stored again' }),
    completedBy: orNull(
      instant(
        'By when no topic holds its texts any more: at once in the embedded log, in Kafka once the retention of the topics is over; null where one of them keeps its records for ever. The raw archive on disk is not meant, which ends RAW_ARCHIVE_DAYS after the last fetch, nor are backups',
      ),
    ),
  },
  { title: 'Erasure' },
);

/** See {@link ErasureViewSchema}. */
export type ErasureView = Static<typeof ErasureViewSchema>;

/** For the API's documentation. */
export const erasureViewExample: ErasureView = {
  id: articleViewExample.id,
  erasedAt: '2026-03-15T08:00:00.000Z',
  rawIds: [articleViewExample.rawId],
  completedBy: '2026-03-15T08:00:00.120Z',
};
