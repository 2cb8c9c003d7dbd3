import { ARTICLE_KINDS } from '@khabar/contracts';
import { acceptedType, apiProblem, apiSchema, ConditionalGet, problem, TextAnswer } from '@khabar/runtime';
import { Controller, Get, Headers, Inject, Param, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  articleNotFound,
  MAX_NAME_LENGTH,
  MAX_QUERY_LENGTH,
  PAGE_LIMITS,
  type QueryParameters,
  readAgainst,
  readArticleId,
  readArticleQuery,
  readFields,
  readRevisionNumber,
  readRevisionQuery,
  revisionNotFound,
  SORTS,
} from './article-query.ts';
import { ArticleSearch } from './article-search.ts';
import {
  ArticlePageSchema,
  type ArticleView,
  ArticleViewSchema,
  RevisionPageSchema,
  type RevisionView,
  articleViewExample,
  revisionViewExample,
} from './article-view.ts';
import { RANKED_ARTICLES } from './find-articles.ts';
import { pickFields } from './pick-fields.ts';
import { diffRevisions, type RevisionDiff, revisionDiffExample, RevisionDiffSchema } from './revision-diff.ts';
import { revisionDiffPage } from './revision-diff-page.ts';

/** A page of items of which a request may have asked for some fields only. */
interface PageOf<T> {
  readonly items: Partial<T>[];
  readonly nextCursor: string | null;
}

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
const fields = {
  name: 'fields',
  required: false,
  description:
    'Only these fields, and id: names with commas between. What is required of an answer holds without this.',
  schema: { type: 'string' },
} as const;
const ifNoneMatch = {
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of an earlier answer, for which 304 says that it is still the one',
  schema: { type: 'string' },
} as const;
const id = {
  name: 'id',
  description: "An article's id",
  // an example beside the schema of a path parameter is left out of the document
  schema: { type: 'string', format: 'uuid', examples: [articleViewExample.id] },
} as const;
const wrongParameters = apiProblem(400, 'Some parameters are wrong; each is named');
const notFound = apiProblem(404, 'No article has this id');
const away = apiProblem(503, 'The database is away');
const awayOrTooLong = apiProblem(503, 'The database is away, or a search took longer than SEARCH_TIMEOUT');
const unchanged = { status: 304, description: 'The answer is the one that If-None-Match names' } as const;

/** `/api/v1/articles`: what was stored, searched and listed. */
@ApiTags('articles')
@Controller('api/v1/articles')
@UseInterceptors(ConditionalGet)
export class ArticlesController {
  constructor(@Inject(ArticleSearch) private readonly articles: ArticleSearch) {}

  @Get()
  @ApiOperation({
    summary: 'Articles, listed and searched',
    description:
      'The newest first: by publication, or by the first fetch where that is earlier or no publication is known. Conditions are joined by AND. Withdrawn articles are not listed. ' +
      'A cursor goes on behind the last article of its page: nothing that was there at the first page is left out. An article is met again only when it was stored anew meanwhile with an earlier date; ' +
      'in a list by relevance, one whose text changed may be met again or not at all, and what became known after the first page is not listed.',
  })
  @ApiQuery({
    name: 'q',
    required: false,
    description:
      'Words that all occur; "a phrase"; begin* for words that begin so (two letters or more); -not; or between alternatives. Words are stemmed in the language of the article; with `language`, only as that language does. ' +
      'Of what is written without spaces any part is found. Spelling variants of Devanagari and Arabic are one. An article can be found within 2 seconds of being stored.',
    schema: { type: 'string', maxLength: MAX_QUERY_LENGTH, examples: ['"rain reaches" coast -snow'] },
  })
  @ApiQuery({
    name: 'sort',
    required: false,
    description: `relevance, of a search only: of the newest ${RANKED_ARTICLES} that are found, first those that have the words in the title, then in labels, standfirst, names and tags, and often`,
    schema: { type: 'string', enum: [...SORTS], default: SORTS[0], examples: ['relevance'] },
  })
  @ApiQuery({
    name: 'language',
    required: false,
    description: 'BCP 47; pt finds pt-BR too',
    schema: { type: 'string', examples: ['hi'] },
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
    name: 'author',
    required: false,
    description: 'With this author, letter for letter as the article names them; q finds names in other spellings',
    schema: { type: 'string', maxLength: MAX_NAME_LENGTH, examples: ['Asha Verma'] },
  })
  @ApiQuery({
    name: 'tag',
    required: false,
    description: 'With this tag, letter for letter',
    schema: { type: 'string', maxLength: MAX_NAME_LENGTH, examples: ['rain'] },
  })
  @ApiQuery({
    name: 'cluster',
    required: false,
    description: 'Of this cluster: the same news as told in other places',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiQuery({
    name: 'kind',
    required: false,
    description: 'What the page turned out to be',
    schema: { type: 'string', enum: [...ARTICLE_KINDS], examples: ['article'] },
  })
  @ApiQuery({
    name: 'from',
    required: false,
    description: 'From this instant or day (UTC) on',
    schema: { type: 'string', examples: ['2026-03-14'] },
  })
  @ApiQuery({
    name: 'to',
    required: false,
    description: 'Before this instant, or to the end of this day (UTC)',
    schema: { type: 'string', examples: ['2026-03-14T12:00:00Z'] },
  })
  @ApiQuery(cursor)
  @ApiQuery(limit)
  @ApiQuery(fields)
  @ApiHeader(ifNoneMatch)
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
  @ApiResponse(unchanged)
  @ApiResponse(wrongParameters)
  @ApiResponse(awayOrTooLong)
  async list(@Query() parameters: QueryParameters): Promise<PageOf<ArticleView>> {
    const query = readArticleQuery(parameters);
    const { items, nextCursor } = await this.articles.list(query);
    return { items: items.map((item) => pickFields(item, query.fields)), nextCursor };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One article',
    description: 'Withdrawn ones too: of a page that is gone the text is null here, and stays in its revisions.',
  })
  @ApiParam(id)
  @ApiQuery(fields)
  @ApiHeader(ifNoneMatch)
  @ApiResponse({
    status: 200,
    description: 'The article',
    content: { 'application/json': { schema: apiSchema(ArticleViewSchema), example: articleViewExample } },
  })
  @ApiResponse(unchanged)
  @ApiResponse(wrongParameters)
  @ApiResponse(notFound)
  @ApiResponse(away)
  async find(@Param('id') articleId: string, @Query() parameters: QueryParameters): Promise<Partial<ArticleView>> {
    const wanted = readFields(parameters);
    const article = await this.articles.find(readArticleId(articleId));
    if (article === null) throw articleNotFound();
    return pickFields(article, wanted);
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
  @ApiQuery(fields)
  @ApiHeader(ifNoneMatch)
  @ApiResponse({
    status: 200,
    description: 'One page',
    content: {
      'application/json': {
        schema: apiSchema(RevisionPageSchema),
        example: { items: [revisionViewExample], nextCursor: null },
      },
    },
  })
  @ApiResponse(unchanged)
  @ApiResponse(wrongParameters)
  @ApiResponse(notFound)
  @ApiResponse(away)
  async revisions(@Param('id') articleId: string, @Query() parameters: QueryParameters): Promise<PageOf<RevisionView>> {
    const query = readRevisionQuery(parameters);
    const page = await this.articles.revisions(readArticleId(articleId), query);
    if (page === null) throw articleNotFound();
    return { items: page.items.map((item) => pickFields(item, query.fields)), nextCursor: page.nextCursor };
  }

  @Get(':id/revisions/:number/diff')
  @ApiOperation({
    summary: 'What a revision changed',
    description:
      'Word for word, against the revision that arrived before it; as JSON, or as a page with <ins> and <del> for who accepts text/html. Of texts of which thousands of words differ, paragraphs are compared.',
  })
  @ApiParam(id)
  @ApiParam({
    name: 'number',
    description: "A revision's number",
    schema: { type: 'integer', minimum: 1, examples: [2] },
  })
  @ApiQuery({
    name: 'against',
    required: false,
    description: 'Compared with the revision of this number instead',
    schema: { type: 'integer', minimum: 1, examples: [1] },
  })
  @ApiHeader(ifNoneMatch)
  @ApiResponse({
    status: 200,
    description: 'What differs',
    content: {
      'application/json': { schema: apiSchema(RevisionDiffSchema), example: revisionDiffExample },
      'text/html': { schema: { type: 'string' } },
    },
  })
  @ApiResponse(unchanged)
  @ApiResponse(wrongParameters)
  @ApiResponse(apiProblem(404, 'No article has this id, or no revision of it this number'))
  @ApiResponse(apiProblem(406, 'Neither JSON nor HTML is accepted'))
  @ApiResponse(away)
  async diff(
    @Param('id') articleId: string,
    @Param('number') number: string,
    @Query() parameters: QueryParameters,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RevisionDiff | TextAnswer> {
    const against = readAgainst(parameters);
    const type = acceptedType(accept, ['application/json', 'text/html']);
    if (type === null) throw problem(406, 'not-acceptable', 'Accept application/json or text/html');
    const pair = await this.articles.revisionPair(readArticleId(articleId), readRevisionNumber(number), against);
    if (pair === 'no article') throw articleNotFound();
    if (pair === 'no revision') throw revisionNotFound();
    const diff = diffRevisions(pair.before, pair.after);
    reply.header('vary', 'accept');
    if (type === 'application/json') return diff;
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return new TextAnswer('text/html; charset=utf-8', revisionDiffPage(diff, pair.after.language));
  }
}
