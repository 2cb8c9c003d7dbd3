import { ArticleChangeSchema, articleChangeExample } from '@khabar/contracts';
import { apiProblem } from '@khabar/runtime';
import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ParameterReader, type QueryParameters } from '../articles/article-query.ts';
import { StoreEvents } from '../events.ts';
import { ChangeFeed } from './change-feed.ts';
import { type ChangeFilter, streamChanges } from './stream-changes.ts';

const KINDS: readonly string[] = ArticleChangeSchema.properties.kind.enum;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // so that the connection ends with the stream, and the service can stop
  connection: 'close',
  // nginx would hold events back
  'x-accel-buffering': 'no',
};

/** `/api/v1/changes`: what changes, as it is announced. */
@ApiTags('changes')
@Controller('api/v1/changes')
export class ChangesController {
  constructor(
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
    @Inject(StoreEvents) private readonly report: StoreEvents,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Changes of articles as they are announced, as server-sent events',
    description:
      'Begins behind the position given, else with what changes from now on. Every event has its position as id, and data of the form of news.changes.v1; the position is said at the beginning too. Who reconnects with Last-Event-ID, as EventSource does, misses nothing and sees nothing twice. A comment comes every 15 seconds at least. Who does not read is cut off, and may come back.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last event seen',
    schema: { type: 'string', pattern: '^\\d+$' },
  })
  @ApiQuery({
    name: 'after',
    required: false,
    description: 'As Last-Event-ID, which counts before it, for clients that cannot send headers',
    schema: { type: 'integer', minimum: 0, examples: [0] },
  })
  @ApiQuery({
    name: 'kind',
    required: false,
    description: `Only these kinds, with commas between: ${KINDS.join(', ')}`,
    schema: { type: 'string', examples: ['created,revised'] },
  })
  @ApiQuery({
    name: 'source',
    required: false,
    description: 'Only of articles that this source told, and of those that were erased',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiResponse({
    status: 200,
    description: 'The changes, for as long as the client stays',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example: `retry: 2000\nid: 41\n\nid: 42\ndata: ${JSON.stringify(articleChangeExample)}\n\n`,
      },
    },
  })
  @ApiResponse(apiProblem(400, 'Some parameters are wrong; each is named'))
  @ApiResponse(apiProblem(410, 'Changes behind this position are not kept; the detail says how to begin anew'))
  @ApiResponse(apiProblem(503, 'The database is away, too many read, or the service stops'))
  async stream(
    @Query() parameters: QueryParameters,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { after, ...filter } = readChangesQuery(parameters, lastEventId);
    const begin = await this.feed.enter(after);
    try {
      reply.hijack();
      reply.raw.writeHead(200, STREAM_HEADERS);
      if (request.method === 'HEAD') return;
      const end = await streamChanges(this.feed, reply.raw, begin, filter);
      this.report.changeReaderLeft(end);
      if (end === 'slow') reply.raw.destroy();
    } finally {
      this.feed.leave();
      reply.raw.end();
    }
  }
}

function readChangesQuery(
  parameters: QueryParameters,
  lastEventId: string | undefined,
): ChangeFilter & { readonly after: number | null } {
  const read = new ParameterReader({ ...parameters, ...(lastEventId && { 'Last-Event-ID': lastEventId }) });
  const byHeader = read.one('Last-Event-ID', 'the id of an event of this stream', readPosition);
  const byParameter = read.one('after', 'the id of an event of this stream, or 0', readPosition);
  return read.all({
    after: byHeader ?? byParameter,
    kinds: read.one('kind', `kinds with commas between, of ${KINDS.join(', ')}`, (text) => {
      const kinds = text.split(',').map((kind) => kind.trim());
      return kinds.every((kind) => KINDS.includes(kind)) ? new Set(kinds) : undefined;
    }),
    source: read.uuid('source', "a source's id (a UUID)"),
  });
}

function readPosition(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
