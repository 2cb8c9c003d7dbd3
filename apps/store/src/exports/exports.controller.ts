import { pipeline } from 'node:stream/promises';
import { toKhabarError } from '@khabar/contracts';
import { apiProblem, apiSchema } from '@khabar/runtime';
import { Body, Controller, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { articleViewExample } from '../articles/article-view.ts';
import { StoreEvents } from '../events.ts';
import { type ExportRequest, ExportRequestSchema, exportRequestExample, readExportRequest } from './export-request.ts';
import type { ExportPiece } from './export-snapshot.ts';
import { Exports } from './exports.ts';

const MEDIA_TYPES = { ndjson: 'application/x-ndjson', parquet: 'application/vnd.apache.parquet' } as const;

/** `/api/v1/exports`: any list of articles, whole. */
@ApiTags('articles')
@Controller('api/v1/exports')
export class ExportsController {
  constructor(
    @Inject(Exports) private readonly exports: Exports,
    @Inject(StoreEvents) private readonly report: StoreEvents,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'All articles of a list, as NDJSON or Parquet',
    description:
      'The articles that the list has at the instant of the answer, each once, the newest first, streamed. Nothing is changed; still X-API-Key is asked for as for a write where API_KEY is set, for an export takes a database connection and may be the whole store. An answer that ends early is cut off without its last chunk; one of NDJSON with cursors can be gone on with. A reader that takes nothing for a minute is cut off.',
  })
  @ApiSecurity('apiKey')
  @ApiBody({ schema: apiSchema(ExportRequestSchema), examples: { export: { value: exportRequestExample } } })
  @ApiResponse({
    status: 200,
    description: 'The articles: one in a line, or one in a row with a column for each field',
    headers: { 'X-Total-Count': { description: 'How many there are', schema: { type: 'integer' } } },
    content: {
      [MEDIA_TYPES.ndjson]: {
        schema: { type: 'string' },
        example: `${JSON.stringify(articleViewExample)}\n`,
      },
      [MEDIA_TYPES.parquet]: { schema: { type: 'string', format: 'binary' } },
    },
  })
  @ApiResponse(apiProblem(400, 'What is wrong is named'))
  @ApiResponse(apiProblem(401, 'The API key is missing'))
  @ApiResponse(apiProblem(403, 'Without an API key, exports are for this machine, and not for foreign web pages'))
  @ApiResponse(apiProblem(503, 'The database is away, too many exports run, or the service stops'))
  async export(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { query, ...form } = readExportRequest(body);
    await this.exports.run(query, async (snapshot, stopping) => {
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': MEDIA_TYPES[form.format],
        'content-disposition': `attachment; filename="articles.${form.format}"`,
        'cache-control': 'no-store',
        'x-total-count': snapshot.count,
        // so that the connection ends with the stream, and the service can stop
        connection: 'close',
      });
      try {
        const options = { signal: stopping, end: false };
        await pipeline(snapshot.pieces(), (pieces) => written(pieces, form), reply.raw, options);
        this.report.exported(form.format, snapshot.count);
      } catch (error) {
        // The pipeline has cut the answer off. A reader who left early is no failure, nor is the end of the service.
        const hasLeft = (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
        if (hasLeft || stopping.aborted) this.report.exportLeft(form.format);
        else this.report.exportFailed(form.format, toKhabarError(error));
        reply.raw.destroy();
      }
    });
    // Last of all: who has the whole answer may ask for the next, and this one's place is free by then.
    reply.raw.end();
  }
}

/** The answer's text or bytes. */
async function* written(
  pieces: AsyncIterable<ExportPiece>,
  { format, cursors }: Pick<ExportRequest, 'format' | 'cursors'>,
): AsyncGenerator<string | Uint8Array> {
  if (format === 'ndjson') {
    for await (const { articles, cursor } of pieces) {
      yield articles.map((article) => `${JSON.stringify(article)}\n`).join('');
      if (cursors) yield `${JSON.stringify({ cursor })}\n`;
    }
    return;
  }
  const { ArticleTable } = await import('@khabar/parquet'); // many a store is asked for none
  const table = new ArticleTable();
  for await (const { articles } of pieces) {
    for (const article of articles) {
      table.add(article);
      if (table.isFull) yield table.flush();
    }
  }
  yield table.finish();
}
