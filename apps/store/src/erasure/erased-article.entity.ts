import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The tombstone of an article that was erased: no event makes it again. */
@Entity({ name: 'erased_articles' })
export class ErasedArticleEntity {
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
  @Column('timestamp with time zone', { name: 'erased_at', precision: 3 }) erasedAt: Date;
}
