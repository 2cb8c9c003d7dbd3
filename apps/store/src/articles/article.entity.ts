import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Withdrawal } from './article-history.ts';
import { FormColumns } from './form-columns.ts';
import { TextColumns } from './text-columns.ts';

/**
 * An article as it is shown: its present form and text. `withdrawn` articles stay, and are not listed. The indexes named here are
 * described by the migration, for TypeORM cannot: partial, by an expression, or GIN.
 */
@Entity({ name: 'articles' })
@Index('articles_newest', { synchronize: false })
@Index('articles_newest_by_language', { synchronize: false })
@Index('articles_newest_by_kind', { synchronize: false })
@Index('articles_filters', { synchronize: false })
@Index('articles_cluster', { synchronize: false })
@Index('articles_counted', { synchronize: false })
export class ArticleEntity {
  @PrimaryColumn('uuid') id: string;
  /** The number of the newest change that was announced. */
  @Column('integer') revision: number;
  /** The highest number given out. */
  @Column('integer', { name: 'last_number' }) lastNumber: number;
  @Column('text', { nullable: true }) withdrawn: Withdrawal | null;
  @Column('timestamp with time zone', { name: 'stored_at', precision: 3 }) storedAt: Date;
  /** The earliest fetch of any form. */
  @Column('timestamp with time zone', { name: 'first_fetched_at', precision: 3 }) firstFetchedAt: Date;
  /** Place in "newest first": publication, but no later than the first fetch. */
  @Column('timestamp with time zone', { name: 'sort_at', precision: 3 }) sortAt: Date;
  /** Every source that told it, in order of id. */
  @Column('uuid', { array: true }) sources: string[];
  @Column('uuid', { name: 'cluster_id', nullable: true }) clusterId: string | null;
  /** CloudEvents id of the event that showed the present form. */
  @Column('uuid', { name: 'event_id' }) eventId: string;
  @Column(() => FormColumns, { prefix: false }) form: FormColumns;
  @Column(() => TextColumns, { prefix: false }) text: TextColumns;
}
