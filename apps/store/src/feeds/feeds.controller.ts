import type { WrittenFormat } from '@khabar/feeds';
import { apiProblem, CONFIG, ConditionalGet, problem, TextAnswer } from '@khabar/runtime';
import { applyDecorators, Controller, Get, Inject, Query, Req, UseInterceptors } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { PAGE_LIMITS, type QueryParameters, readArticleQuery } from '../articles/article-query.ts';
import { ArticleSearch } from '../articles/article-search.ts';
import type { StoreConfig } from '../config.ts';
import { articleFeed } from './article-feed.ts';

const MEDIA_TYPES = {
  atom: 'application/atom+xml',
  rss: 'application/rss+xml',
  json: 'application/feed+json',
} as const satisfies Record<WrittenFormat, string>;

function describe(format: WrittenFormat, name: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      summary: `Articles as ${name}`,
      description:
        'The list of articles with the same parameters, but for fields; with links to itself, the first and the next page (RFC 5005). Ids are urn:uuid: and the id of the article; updated is when the store had its newest change.',
    }),
    ApiQuery({
      name: 'q',
      required: false,
      schema: { type: 'string' },
      description: 'As in the list of articles, with all its other parameters',
    }),
    ApiQuery({ name: 'language', required: false, schema: { type: 'string' } }),
    ApiQuery({ name: 'source', required: false, schema: { type: 'string', format: 'uuid' } }),
    ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: PAGE_LIMITS.max, default: PAGE_LIMITS.default },
    }),
    ApiHeader({ name: 'If-None-Match', required: false, schema: { type: 'string' } }),
    ApiResponse({
      status: 200,
      description: 'One page of the feed',
      content: { [MEDIA_TYPES[format]]: { schema: { type: format === 'json' ? 'object' : 'string' } } },
    }),
    ApiResponse({ status: 304, description: 'The answer is the one that If-None-Match names' }),
    ApiResponse(apiProblem(400, 'Some parameters are wrong; each is named')),
    ApiResponse(apiProblem(503, 'The database is away')),
  );
}

/** `/api/v1/articles.atom`, `.rss` and `.json-feed`: any list of articles, for feed readers. */
@ApiTags('feeds')
@Controller('api/v1')
@UseInterceptors(ConditionalGet)
export class FeedsController {
  constructor(
    @Inject(ArticleSearch) private readonly articles: ArticleSearch,
    @Inject(CONFIG) private readonly config: StoreConfig,
  ) {}

  @Get('articles.atom')
  @describe('atom', 'Atom 1.0')
  atom(@Query() parameters: QueryParameters, @Req() request: FastifyRequest): Promise<TextAnswer> {
    return this.#feed('atom', parameters, request);
  }

  @Get('articles.rss')
  @describe('rss', 'RSS 2.0')
  rss(@Query() parameters: QueryParameters, @Req() request: FastifyRequest): Promise<TextAnswer> {
    return this.#feed('rss', parameters, request);
  }

  @Get('articles.json-feed')
  @describe('json', 'JSON Feed 1.1')
  jsonFeed(@Query() parameters: QueryParameters, @Req() request: FastifyRequest): Promise<TextAnswer> {
    return this.#feed('json', parameters, request);
  }

  async #feed(format: WrittenFormat, parameters: QueryParameters, request: FastifyRequest): Promise<TextAnswer> {
    const query = readArticleQuery(parameters);
    if (query.fields !== null) {
      throw problem(400, 'invalid-query', 'Some parameters are wrong', [
        { field: 'fields', message: 'is no parameter here: a feed has all' },
      ]);
    }
    const page = await this.articles.list(query);
    const [path] = request.url.split('?', 1);
    const { generateFeed } = await import('@khabar/feeds'); // many a store is asked for none
    const feed = articleFeed(page, { origin: this.#originOf(request), path: path!, parameters });
    return new TextAnswer(`${MEDIA_TYPES[format]}; charset=utf-8`, generateFeed(format, feed));
  }

  #originOf({ protocol, host }: FastifyRequest): string {
    const { PUBLIC_URL, HTTP_HOST, HTTP_PORT } = this.config;
    const asked = URL.parse(PUBLIC_URL ?? `${protocol}://${host}`);
    return asked?.origin ?? `http://${HTTP_HOST}:${HTTP_PORT}`;
  }
}
