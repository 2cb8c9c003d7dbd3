import { apiProblem, apiSchema, ConditionalGet, problem } from '@khabar/runtime';
import { Controller, Get, Inject, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { PAGE_LIMITS, type QueryParameters, readArticleId, readPageQuery } from '../articles/article-query.ts';
import type { ArticleView } from '../articles/article-view.ts';
import { pickFields } from '../articles/pick-fields.ts';
import { ClusterSearch } from './cluster-search.ts';
import { type ClusterView, clusterViewExample, ClusterViewSchema } from './cluster-view.ts';

/** A cluster of which a request may have asked for some fields of its articles only. */
interface ClusterOfFields extends Pick<ClusterView, 'id' | 'size' | 'nextCursor'> {
  readonly representative: Partial<ArticleView> | null;
  readonly items: Partial<ArticleView>[];
}

/** `/api/v1/clusters`: the same news in many places. */
@ApiTags('clusters')
@Controller('api/v1/clusters')
@UseInterceptors(ConditionalGet)
export class ClustersController {
  constructor(@Inject(ClusterSearch) private readonly clusters: ClusterSearch) {}

  @Get(':id')
  @ApiOperation({
    summary: 'One cluster: articles that tell the same news in the same words',
    description:
      'Agency copy, cut, edited, led in or ordered otherwise; translations and other texts on the subject are not in it. Any article of a cluster names it, so an id that it had before it was joined with another finds it too.',
  })
  @ApiParam({
    name: 'id',
    description: "A cluster's id, or that of any article in it",
    schema: { type: 'string', format: 'uuid', examples: [clusterViewExample.id] },
  })
  @ApiQuery({
    name: 'cursor',
    required: false,
    description: 'nextCursor of the page before',
    schema: { type: 'string' },
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: PAGE_LIMITS.max, default: PAGE_LIMITS.default },
  })
  @ApiQuery({
    name: 'fields',
    required: false,
    description: 'Of articles only these fields, and id: names with commas between',
    schema: { type: 'string' },
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'The ETag of an earlier answer, for which 304 says that it is still the one',
    schema: { type: 'string' },
  })
  @ApiResponse({
    status: 200,
    description: 'The cluster, and one page of its articles',
    content: { 'application/json': { schema: apiSchema(ClusterViewSchema), example: clusterViewExample } },
  })
  @ApiResponse({ status: 304, description: 'The answer is the one that If-None-Match names' })
  @ApiResponse(apiProblem(400, 'Some parameters are wrong; each is named'))
  @ApiResponse(apiProblem(404, 'No article in a cluster has this id'))
  @ApiResponse(apiProblem(503, 'The database is away'))
  async find(@Param('id') id: string, @Query() parameters: QueryParameters): Promise<ClusterOfFields> {
    const query = readPageQuery(parameters);
    const cluster = await this.clusters.find(readArticleId(id), query);
    if (cluster === null) throw problem(404, 'cluster-not-found', 'No article in a cluster has this id');
    const { representative, items } = cluster;
    return {
      ...cluster,
      representative: representative && pickFields(representative, query.fields),
      items: items.map((item) => pickFields(item, query.fields)),
    };
  }
}
