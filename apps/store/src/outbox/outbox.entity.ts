import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A change that is to be announced on `news.changes.v1`: written with the change, moved to `changes` once the bus has it. */
@Entity({ name: 'outbox' })
export class OutboxEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) position: string;
  @Column('uuid', { name: 'article_id' }) articleId: string;
  @Column('integer') revision: number;
  @Column('text') kind: string;
  @Column('text', { nullable: true }) reason: string | null;
  /** Hex. */
  @Column('text', { name: 'content_hash', nullable: true }) contentHash: string | null;
  @Column('uuid', { name: 'cluster_id', nullable: true }) clusterId: string | null;
  @Column('timestamp with time zone', { name: 'stored_at', precision: 3 }) storedAt: Date;
  /** W3C trace of the event that caused the change. */
  @Column('text', { nullable: true }) traceparent: string | null;
}
