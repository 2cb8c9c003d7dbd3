import { Entity, PrimaryColumn } from 'typeorm';

/** A key by which an article is found: articles with the same key may tell the same news. */
@Entity({ name: 'echo_keys' })
export class EchoKeyEntity {
  @PrimaryColumn('bigint') key: string;
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
}
