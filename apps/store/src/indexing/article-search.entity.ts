import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * An article in the search index, apart from its row: that is written without waiting for the index, and read without its vector. The
 * index of words is GIN, which TypeORM cannot describe.
 */
@Entity({ name: 'article_search' })
@Index('article_search_vector', { synchronize: false })
@Index('article_search_newest', { synchronize: false })
export class ArticleSearchEntity {
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
  /** As in `articles`, so that what is found is in order at once. */
  @Column('timestamp with time zone', { name: 'sort_at', precision: 3 }) sortAt: Date;
  /** What searches are filtered by, see `labels.ts`; empty for an article that is withdrawn or refused, as the vector is. */
  @Column('bigint', { array: true, default: '{}' }) labels: string[];
  @Column('tsvector') vector: string;
  /** Of the queue's place that it was made for: what was made for an earlier one is older. */
  @Column('bigint') position: string;
  /** Error code of an article that could not be indexed. */
  @Column('text', { nullable: true }) refused: string | null;
}
