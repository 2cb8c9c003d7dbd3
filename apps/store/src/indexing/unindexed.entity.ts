import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A place in the queue for the search index: written with what changed, deleted once the index shows it. An article may wait in several. */
@Entity({ name: 'unindexed' })
export class UnindexedEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) position: string;
  @Column('uuid', { name: 'article_id' }) articleId: string;
  @Column('timestamp with time zone', { name: 'queued_at', precision: 3, default: () => 'clock_timestamp()' })
  queuedAt: Date;
}
