import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Which article a raw article became, by the newest fetch and the newest parser; and whether its page is gone since. */
@Entity({ name: 'raw_articles' })
@Index('raw_articles_by_article', ['articleId'])
export class RawArticleEntity {
  @PrimaryColumn('uuid', { name: 'raw_id' }) rawId: string;
  /** Null, as the next three, while only the absence of its page is known. */
  @Column('uuid', { name: 'article_id', nullable: true }) articleId: string | null;
  @Column('uuid', { name: 'event_id', nullable: true }) eventId: string | null;
  @Column('timestamp with time zone', { name: 'fetched_at', precision: 3, nullable: true }) fetchedAt: Date | null;
  @Column('integer', { name: 'parser_version', nullable: true }) parserVersion: number | null;
  /** The newest fetch that found the page gone. */
  @Column('timestamp with time zone', { name: 'gone_fetched_at', precision: 3, nullable: true })
  goneFetchedAt: Date | null;
  @Column('integer', { name: 'gone_parser_version', nullable: true }) goneParserVersion: number | null;
}
