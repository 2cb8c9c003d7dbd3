import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The hash of a title and body that were erased: they are not stored again under another address. */
@Entity({ name: 'erased_texts' })
export class ErasedTextEntity {
  @PrimaryColumn('bytea', { name: 'content_hash' }) contentHash: Buffer;
  /** With which article they were erased first. */
  @Column('uuid', { name: 'article_id' }) articleId: string;
}
