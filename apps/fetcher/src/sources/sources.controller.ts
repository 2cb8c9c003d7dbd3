import { CONFIG, apiProblem, apiSchema, problem, readBody } from '@khabar/runtime';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FetcherConfig } from '../config.ts';
import { Workspace } from '../discovery/workspace.ts';
import {
  type NewSourceRequest,
  NewSourceSchema,
  SourceChangeSchema,
  newSourceValidator,
  readCursor,
  readId,
  readLimit,
  refuse,
  sourceChangeValidator,
  writeCursor,
} from './requests.ts';
import { SourcePageSchema, type SourceView, SourceViewSchema, viewOf } from './source-view.ts';
import { type ImportReport, type NewSource, SourcesService } from './sources.service.ts';

const aSource = apiSchema(SourceViewSchema);
const wrongBody = apiProblem(400, 'The body is not what it should be; what is wrong is said');
const notFound = apiProblem(404, 'No source has this id');
const bodyTooLarge = apiProblem(413, 'The body is larger than the service takes');

/** `/api/v1/sources`: what is polled, and OPML in and out. */
@ApiTags('sources')
@Controller('api/v1/sources')
export class SourcesController {
  constructor(
    @Inject(SourcesService) private readonly sources: SourcesService,
    @Inject(Workspace) private readonly workspace: Workspace,
    @Inject(CONFIG) private readonly config: FetcherConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Sources in the order of their arrival' })
  @ApiQuery({ name: 'cursor', required: false, description: 'nextCursor of the page before' })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } })
  @ApiResponse({ status: 200, schema: apiSchema(SourcePageSchema) })
  @ApiResponse(apiProblem(400, 'Cursor or limit is none of this API'))
  async list(@Query('cursor') cursor?: string, @Query('limit') limit?: string) {
    const pageSize = readLimit(limit);
    const { sources, total } = await this.sources.list(readCursor(cursor), pageSize + 1);
    const items = sources.slice(0, pageSize);
    const nextCursor = sources.length > pageSize ? writeCursor(items.at(-1)!) : null;
    return { items: items.map((source) => viewOf(source, this.config.POLL_INTERVAL)), nextCursor, total };
  }

  @Post()
  @ApiOperation({ summary: 'Add a source; it is polled at once' })
  @ApiBody({ schema: apiSchema(NewSourceSchema) })
  @ApiResponse({ status: 201, schema: aSource })
  @ApiResponse({ status: 200, description: 'It was there already', schema: aSource })
  @ApiResponse(wrongBody)
  @ApiResponse(bodyTooLarge)
  @ApiResponse(apiProblem(422, 'No such place, or one that cannot be a source'))
  async add(@Body() body: unknown, @Res({ passthrough: true }) reply: StatusReply): Promise<SourceView> {
    const wanted = await this.#wanted(readBody(newSourceValidator, body));
    const { source, isNew } = await this.sources.add(wanted).catch(refuse);
    reply.status(isNew ? 201 : 200);
    return viewOf(source, this.config.POLL_INTERVAL);
  }

  @Get('opml')
  @Header('content-type', 'text/x-opml; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="khabar-sources.opml"')
  @ApiOperation({ summary: 'All feeds as OPML 2.0' })
  @ApiResponse({ status: 200, content: { 'text/x-opml': { schema: { type: 'string' } } } })
  exportOpml(): Promise<string> {
    return this.sources.export();
  }

  @Post('opml')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add the feeds of an OPML document' })
  @ApiBody({ schema: { type: 'string', description: 'OPML, sent as text/x-opml or application/xml' } })
  @ApiResponse({ status: 200, description: 'How many were added and existed, and which failed and why' })
  @ApiResponse(bodyTooLarge)
  @ApiResponse(apiProblem(415, 'Sent as something else'))
  @ApiResponse(apiProblem(422, 'The document is no OPML'))
  importOpml(@Body() body: unknown, @Headers('content-type') contentType?: string): Promise<ImportReport> {
    if (!Buffer.isBuffer(body))
      throw problem(415, 'not-opml', 'Send the OPML itself, as text/x-opml or application/xml');
    return this.sources.import(body, contentType ?? null).catch(refuse);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One source' })
  @ApiResponse({ status: 200, schema: aSource })
  @ApiResponse(notFound)
  async get(@Param('id') id: string): Promise<SourceView> {
    return viewOf(await this.sources.get(readId(id)), this.config.POLL_INTERVAL);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Rename, pause or resume a source, or change its interval' })
  @ApiBody({ schema: apiSchema(SourceChangeSchema) })
  @ApiResponse({ status: 200, schema: aSource })
  @ApiResponse(wrongBody)
  @ApiResponse(notFound)
  @ApiResponse(bodyTooLarge)
  async change(@Param('id') id: string, @Body() body: unknown): Promise<SourceView> {
    const change = readBody(sourceChangeValidator, body);
    return viewOf(await this.sources.change(readId(id), change), this.config.POLL_INTERVAL);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a source; its articles stay' })
  @ApiResponse({ status: 204, description: 'Removed' })
  @ApiResponse(notFound)
  remove(@Param('id') id: string): Promise<void> {
    return this.sources.remove(readId(id));
  }

  @Post(':id/poll')
  @HttpCode(202)
  @ApiOperation({ summary: 'Poll a source now' })
  @ApiResponse({ status: 202, schema: aSource })
  @ApiResponse(notFound)
  @ApiResponse(apiProblem(409, 'The source is paused or is not polled'))
  async poll(@Param('id') id: string): Promise<SourceView> {
    return viewOf(await this.sources.askForPoll(readId(id)), this.config.POLL_INTERVAL);
  }

  async #wanted({ kind, url, path, name, ...rest }: NewSourceRequest): Promise<NewSource> {
    if ([url, path, name].filter((given) => given !== undefined).length !== 1) {
      throw problem(400, 'invalid-body', 'A source has either a url, a path or a name');
    }
    if (url !== undefined) {
      if (kind !== undefined && kind !== 'feed') throw problem(400, 'invalid-body', `A ${kind} has no url`);
      return { kind: 'feed', address: url, ...rest };
    }
    if (name !== undefined) {
      if (kind !== 'push') throw problem(400, 'invalid-body', 'Only a source of kind push has a name');
      return { kind, address: name, ...rest };
    }
    if (kind === 'feed' || kind === 'push') throw problem(400, 'invalid-body', `A ${kind} source has no path`);
    const place = await this.workspace.find(path!, kind).catch(refuse);
    return { ...place, ...rest };
  }
}

/** What of Fastify's reply is used. */
interface StatusReply {
  status(code: number): unknown;
}
