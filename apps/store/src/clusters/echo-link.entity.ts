import { Entity, PrimaryColumn } from 'typeorm';

/** Two articles that tell the same news in the same words; each link stands here from both of its ends. */
@Entity({ name: 'echo_links' })
export class EchoLinkEntity {
  @PrimaryColumn('uuid', { name: 'article_id' }) articleId: string;
  @PrimaryColumn('uuid', { name: 'other_id' }) otherId: string;
}
