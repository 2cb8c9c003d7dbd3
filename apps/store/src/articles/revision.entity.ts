import { Column, Entity, PrimaryColumn } from 'typeorm';
import { FormColumns } from './form-columns.ts';

/**
 * A form in which an article was seen, one row for each event. In the order of forms, neighbours with the same text are one revision, and
 * one of them has its number. The text stands in `articles` when it is the present one, else in `earlier_texts`.
 */
@Entity({ name: 'revisions' })
export class RevisionEntity {
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
  /** CloudEvents id of the event that showed this form. */
  @PrimaryColumn('uuid', { name: 'event_id' }) eventId: string;
  /** Order of arrival, from 1; null where the form only repeats a text. Numbers of withdrawals and returns are missing between. */
  @Column('integer', { nullable: true }) number: number | null;
  @Column('timestamp with time zone', { name: 'stored_at', precision: 3 }) storedAt: Date;
  @Column(() => FormColumns, { prefix: false }) form: FormColumns;
}
