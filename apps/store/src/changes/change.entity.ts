import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A change that was announced: what leaves the outbox is written here by the relay in its turn, so numbers rise as changes become visible. */
@Entity({ name: 'changes' })
export class ChangeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) number: string;
  @Column('uuid', { name: 'article_id' }) articleId: string;
  @Column('integer') revision: number;
  @Column('text') kind: string;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('bytea', { name: 'content_hash', nullable: true }) contentHash: Buffer | null;
  @Column('uuid', { name: 'cluster_id', nullable: true }) clusterId: string | null;
  @Column('timestamp with time zone', { name: 'stored_at', precision: 3 }) storedAt: Date;
  @Column('timestamp with time zone', { name: 'announced_at', precision: 3, default: () => 'now()' })
  announcedAt: Date;
}
