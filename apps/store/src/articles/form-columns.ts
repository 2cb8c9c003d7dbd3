import type { ExtractionMode } from '@khabar/contracts';
import { Column } from 'typeorm';

/** Columns of one form of an article: a fetch, and the hashes of what it showed. */
export class FormColumns {
  @Column('uuid', { name: 'raw_id' }) rawId: string;
  @Column('uuid', { name: 'source_id' }) sourceId: string;
  @Column('timestamp with time zone', { name: 'fetched_at', precision: 3 }) fetchedAt: Date;
  @Column('text') how: ExtractionMode;
  @Column('integer', { name: 'parser_version' }) parserVersion: number;
  /** SHA-256, 32 bytes. */
  @Column('bytea', { name: 'content_hash' }) contentHash: Buffer;
  /** SHA-256, 32 bytes. */
  @Column('bytea', { name: 'metadata_hash' }) metadataHash: Buffer;
  @Column('text', { nullable: true }) url: string | null;
  @Column('integer', { name: 'word_count' }) wordCount: number;
  /** 64 bits, as a signed number in decimal. */
  @Column('bigint', { nullable: true }) fingerprint: string | null;
  @Column('text', { array: true }) warnings: string[];
}
