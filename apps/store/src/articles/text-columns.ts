import type { Article } from '@khabar/contracts';
import { Column } from 'typeorm';

/** Columns of one text of an article: all that its two hashes are made of. */
export class TextColumns {
  @Column('text', { name: 'external_id', nullable: true }) externalId: string | null;
  @Column('text', { name: 'canonical_url', nullable: true }) canonicalUrl: string | null;
  @Column('text', { nullable: true }) title: string | null;
  @Column('text', { nullable: true }) kicker: string | null;
  @Column('text', { nullable: true }) summary: string | null;
  @Column('text', { nullable: true }) body: string | null;
  @Column('text', { nullable: true }) html: string | null;
  @Column('text', { array: true }) headings: string[];
  @Column('text') kind: Article['kind'];
  @Column('text', { array: true }) authors: string[];
  @Column('text', { array: true }) agencies: string[];
  @Column('timestamp with time zone', { name: 'published_at', precision: 3, nullable: true }) publishedAt: Date | null;
  @Column('timestamp with time zone', { name: 'modified_at', precision: 3, nullable: true }) modifiedAt: Date | null;
  @Column('text', { name: 'published_offset', nullable: true }) publishedOffset: string | null;
  @Column('text', { name: 'published_precision', nullable: true }) publishedPrecision: Article['publishedPrecision'];
  @Column('text', { nullable: true }) language: string | null;
  @Column('text', { nullable: true }) section: string | null;
  @Column('text', { array: true }) tags: string[];
  @Column('jsonb') images: Article['images'];
}
