import { apiProblem, apiSchema } from '@khabar/runtime';
import { Controller, Delete, Inject, Param } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { articleNotFound, readArticleId } from '../articles/article-query.ts';
import { Eraser } from './eraser.ts';
import { type ErasureView, ErasureViewSchema, erasureViewExample } from './erasure-view.ts';

/** `DELETE /api/v1/articles/{id}`: what must be forgotten by law. */
@ApiTags('articles')
@Controller('api/v1/articles')
export class ErasureController {
  constructor(@Inject(Eraser) private readonly eraser: Eraser) {}

  @Delete(':id')
  @ApiOperation({
    summary: 'Erase an article for good',
    description:
      'Its texts and revisions are deleted, its events are taken out of the embedded log, and news.changes.v1 tells `withdrawn` with the reason `erased`. Ids and hashes stay, so that neither its pages nor its texts are stored again. The raw archive on disk keeps what was fetched for RAW_ARCHIVE_DAYS, and backups for as long as they are kept. May be repeated: where it failed, it is finished.',
  })
  @ApiParam({
    name: 'id',
    description: "An article's id",
    schema: { type: 'string', format: 'uuid' },
    example: erasureViewExample.id,
  })
  @ApiResponse({
    status: 200,
    description: 'It is erased, now or before',
    content: { 'application/json': { schema: apiSchema(ErasureViewSchema), example: erasureViewExample } },
  })
  @ApiResponse(apiProblem(401, 'API_KEY is set, and X-API-Key is not it'))
  @ApiResponse(apiProblem(403, 'Without API_KEY: not from this machine, or from a foreign web page'))
  @ApiResponse(apiProblem(404, 'No article has this id'))
  @ApiResponse(apiProblem(503, 'The database or the bus is away, or too busy: try again'))
  async erase(@Param('id') articleId: string): Promise<ErasureView> {
    const erasure = await this.eraser.erase(readArticleId(articleId));
    if (erasure === null) throw articleNotFound();
    const { erasedAt, rawIds, completedBy } = erasure;
    return { id: erasure.articleId, erasedAt, rawIds: [...rawIds], completedBy };
  }
}
