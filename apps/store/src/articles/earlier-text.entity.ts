import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TextColumns } from './text-columns.ts';

/** A text of an article that is not the present one: replaced, or come too late to be shown. */
@Entity({ name: 'earlier_texts' })
export class EarlierTextEntity {
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
  @PrimaryColumn('bytea', { name: 'content_hash' }) contentHash: Buffer;
  @PrimaryColumn('bytea', { name: 'metadata_hash' }) metadataHash: Buffer;
  @Column(() => TextColumns, { prefix: false }) text: TextColumns;
}
