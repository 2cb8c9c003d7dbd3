import { apiProblem, apiSchema } from '@khabar/runtime';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { articleNotFound, MAX_QUERY_LENGTH, PAGE_LIMITS, readArticleId, readArticleQuery } from './article-query.ts';
import { type QueryParameters, readRevisionQuery } from './article-query.ts';
import { ArticleSearch } from './article-search.ts';
import {
  type ArticlePage,
  ArticlePageSchema,
  type ArticleView,
  ArticleViewSchema,
  type RevisionPage,
  RevisionPageSchema,
  articleViewExample,
} from './article-view.ts';

const limit = {
  name: 'limit',
  required: false,
  schema: { type: 'integer', minimum: 1, maximum: PAGE_LIMITS.max, default: PAGE_LIMITS.default },
} as const;
const cursor = {
  name: 'cursor',
  required: false,
  description: 'nextCursor of the page before',
  schema: { type: 'string' },
} as const;
const id = {
  name: 'id',
  description: "An article's id",
  schema: { type: 'string', format: 'uuid' },
  example: articleViewExample.id,
} as const;
const wrongParameters = apiProblem(400, 'Some parameters are wrong; each is named');
const notFound = apiProblem(404, 'No article has this id');
const away = apiProblem(503, 'The database is away');

/** `/api/v1/articles`: what was stored, searched and listed. */
@ApiTags('articles')
@Controller('api/v1/articles')
export class ArticlesController {
  constructor(@Inject(ArticleSearch) private readonly articles: ArticleSearch) {}

  @Get()
  @ApiOperation({
    summary: 'Articles, newest first',
    description:
      'Newest by publication, or by the first fetch where that is earlier or no publication is known. Conditions are joined by AND. Withdrawn articles are not listed.',
  })
  @ApiQuery({
    name: 'q',
    required: false,
    description:
      'Words that all occur; "a phrase"; or; -not. Words are stemmed in their language; without `language` by their script. Scripts without spaces are searched for any part.',
    schema: { type: 'string', maxLength: MAX_QUERY_LENGTH },
    example: '"rain reaches" coast -snow',
  })
  @ApiQuery({
    name: 'language',
    required: false,
    description: 'BCP 47; pt finds pt-BR too',
    schema: { type: 'string' },
    example: 'hi',
  })
  @ApiQuery({
    name: 'source',
    required: false,
    description: 'Told by this source',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiQuery({
    name: 'rawId',
    required: false,
    description: 'Made of this raw article',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiQuery({
    name: 'from',
    required: false,
    description: 'From this instant or day (UTC) on',
    schema: { type: 'string' },
    example: '2026-03-14',
  })
  @ApiQuery({
    name: 'to',
    required: false,
    description: 'Before this instant, or to the end of this day (UTC)',
    schema: { type: 'string' },
    example: '2026-03-14T12:00:00Z',
  })
  @ApiQuery(cursor)
  @ApiQuery(limit)
  @ApiResponse({
    status: 200,
    description: 'One page',
    content: {
      'application/json': {
        schema: apiSchema(ArticlePageSchema),
        example: { items: [articleViewExample], nextCursor: null },
      },
    },
  })
  @ApiResponse(wrongParameters)
  @ApiResponse(away)
  list(@Query() parameters: QueryParameters): Promise<ArticlePage> {
    return this.articles.list(readArticleQuery(parameters));
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One article',
    description: 'Withdrawn ones too: of a page that is gone the text is null here, and stays in its revisions.',
  })
  @ApiParam(id)
  @ApiResponse({
    status: 200,
    description: 'The article',
    content: { 'application/json': { schema: apiSchema(ArticleViewSchema), example: articleViewExample } },
  })
  @ApiResponse(notFound)
  @ApiResponse(away)
  async find(@Param('id') articleId: string): Promise<ArticleView> {
    const article = await this.articles.find(readArticleId(articleId));
    if (article === null) throw articleNotFound();
    return article;
  }

  @Get(':id/revisions')
  @ApiOperation({
    summary: 'The texts that an article had',
    description:
      'The last to arrive first, which need not be the one that is shown: a form that came too late is an older revision.',
  })
  @ApiParam(id)
  @ApiQuery(cursor)
  @ApiQuery(limit)
  @ApiResponse({
    status: 200,
    description: 'One page',
    content: { 'application/json': { schema: apiSchema(RevisionPageSchema) } },
  })
  @ApiResponse(wrongParameters)
  @ApiResponse(notFound)
  @ApiResponse(away)
  async revisions(@Param('id') articleId: string, @Query() parameters: QueryParameters): Promise<RevisionPage> {
    const page = await this.articles.revisions(readArticleId(articleId), readRevisionQuery(parameters));
    if (page === null) throw articleNotFound();
    return page;
  }
}
