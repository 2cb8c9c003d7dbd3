import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A raw article that made an article when that was erased: whatever a parser makes of it is not stored. */
@Entity({ name: 'erased_raw_articles' })
@Index('erased_raw_articles_by_article', ['articleId'])
export class ErasedRawArticleEntity {
  @PrimaryColumn('uuid', { name: 'raw_id' }) rawId: string;
  @Column('uuid', { name: 'article_id' }) articleId: string;
}
