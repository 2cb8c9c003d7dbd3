import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ArticleQuery, cursorOfPlace } from '../articles/article-query.ts';
import { type ArticleViewRow, viewOf } from '../articles/article-view.ts';
import { SELECT_ARTICLES } from '../articles/statements.ts';
import { readRows } from '../database/read-rows.ts';
import type { ClusterView } from './cluster-view.ts';

const SELECT_CLUSTER = `
  SELECT a.cluster_id AS id, (
    SELECT count(*)::int FROM store.articles m WHERE m.cluster_id = a.cluster_id AND m.withdrawn IS NULL
  ) AS size
  FROM store.articles a WHERE a.id = $1 AND a.cluster_id IS NOT NULL`;

/** The fullest first, then the earliest. */
const SELECT_REPRESENTATIVE = `${SELECT_ARTICLES} WHERE cluster_id = $1 AND withdrawn IS NULL
  ORDER BY CASE how WHEN 'summary' THEN 2 WHEN 'entry' THEN 1 ELSE 0 END, sort_at, id LIMIT 1`;

const SELECT_ITEMS = `${SELECT_ARTICLES} WHERE cluster_id = $1 AND withdrawn IS NULL
  AND ($2::timestamptz IS NULL OR (sort_at, id) < ($2, $3::uuid)) ORDER BY sort_at DESC, id DESC LIMIT $4`;

/** Reads clusters for the API. */
@Injectable()
export class ClusterSearch {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * One page of the cluster that an article is in; null when it is in none. A cluster's id is that of one of its articles, so this finds
   * a cluster by its id, and by one that it had before it was joined with another.
   * @throws KhabarError `database-unavailable`
   */
  async find(id: string, { after, limit }: Pick<ArticleQuery, 'after' | 'limit'>): Promise<ClusterView | null> {
    const [cluster] = await readRows<Pick<ClusterView, 'id' | 'size'>>(this.dataSource, SELECT_CLUSTER, [id]);
    if (cluster === undefined) return null;
    const [[representative], rows] = await Promise.all([
      readRows<ArticleViewRow>(this.dataSource, SELECT_REPRESENTATIVE, [cluster.id]),
      readRows<ArticleViewRow>(this.dataSource, SELECT_ITEMS, [
        cluster.id,
        after?.sortAt ?? null,
        after?.id ?? null,
        limit + 1,
      ]),
    ]);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1)! : null;
    return {
      ...cluster,
      representative: representative ? viewOf(representative) : null,
      items: page.map(viewOf),
      nextCursor: last && cursorOfPlace({ sortAt: last.sort_at.toISOString(), id: last.id }),
    };
  }
}
