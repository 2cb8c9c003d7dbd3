import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** An article whose echoes are to be looked for: written with its text, deleted once that is done. An article may stand here twice. */
@Entity({ name: 'unclustered' })
export class UnclusteredEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) position: string;
  @Column('uuid', { name: 'article_id' }) articleId: string;
  @Column('timestamp with time zone', { name: 'queued_at', precision: 3 }) queuedAt: Date;
  /** It could not be looked at, for a reason of its own. */
  @Column('boolean', { name: 'set_aside', default: false }) setAside: boolean;
}
