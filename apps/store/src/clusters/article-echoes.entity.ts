import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The keys of an article that has been looked at; there is none of a text that is too short to have echoes. */
@Entity({ name: 'article_echoes' })
export class ArticleEchoesEntity {
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
  @Column('bigint', { array: true }) keys: string[];
}
