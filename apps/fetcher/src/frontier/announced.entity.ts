import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Source } from '../sources/source.entity.ts';

/** What one source has already announced, and in what form: a raw article that was published, or an input that was rejected. */
@Entity({ schema: 'fetcher', name: 'announced' })
export class Announced {
  @PrimaryColumn('uuid', { name: 'source_id' })
  sourceId: string;

  @ManyToOne(() => Source, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'source_id', foreignKeyConstraintName: 'announced_source' })
  source: Source;

  /** The raw article's id; of an entry without identity an id made of its content. */
  @PrimaryColumn('uuid')
  id: string;

  /** Of the form that was announced last, SHA-256. */
  @Column('bytea', { name: 'content_hash' })
  contentHash: Buffer;

  /** Of a file: size, times and inode when it was read, so that an untouched file is not read again. */
  @Column('text', { name: 'file_stamp', nullable: true })
  fileStamp: string | null;

  /** Of a feed's entry whose id is made of its link: see `EntryIdentity.identity`. */
  @Column('bytea', { name: 'identity_hash', nullable: true })
  identityHash: Buffer | null;

  /** Of such an entry: see `EntryIdentity.title`. */
  @Column('bytea', { name: 'title_hash', nullable: true })
  titleHash: Buffer | null;

  @Column('timestamptz', { name: 'first_announced_at', default: () => 'now()' })
  firstAnnouncedAt: Date;

  @Column('timestamptz', { name: 'announced_at', default: () => 'now()' })
  announcedAt: Date;
}
