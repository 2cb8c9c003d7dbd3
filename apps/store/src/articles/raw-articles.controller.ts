import { apiProblem, apiSchema } from '@khabar/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type QueryParameters, MAX_RAW_IDS, readRawIds } from './article-query.ts';
import { ArticleSearch } from './article-search.ts';
import { type RawViewList, RawViewListSchema, rawViewExample } from './raw-view.ts';

/** `/api/v1/raw-articles`: what became of what was fetched. */
@ApiTags('articles')
@Controller('api/v1/raw-articles')
export class RawArticlesController {
  constructor(@Inject(ArticleSearch) private readonly articles: ArticleSearch) {}

  @Get()
  @ApiOperation({
    summary: 'What became of raw articles',
    description:
      'Of each, the newest fetch and parser that the store knows, and the article that it made as it is shown now, withdrawn ones too. The text shown may be that of another raw article, which `rawId` of the article tells. Those that the store never heard of are left out.',
  })
  @ApiQuery({
    name: 'id',
    description: `Ids of raw articles, up to ${MAX_RAW_IDS}, with commas between`,
    schema: { type: 'string', examples: [rawViewExample.rawId] },
  })
  @ApiResponse({
    status: 200,
    description: 'Those that are known, in no order',
    content: { 'application/json': { schema: apiSchema(RawViewListSchema), example: { items: [rawViewExample] } } },
  })
  @ApiResponse(apiProblem(400, 'Some parameters are wrong; each is named'))
  @ApiResponse(apiProblem(503, 'The database is away'))
  async list(@Query() parameters: QueryParameters): Promise<RawViewList> {
    return { items: await this.articles.raws(readRawIds(parameters)) };
  }
}
