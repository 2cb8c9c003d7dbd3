import { createHash } from 'node:crypto';
import { Bus } from '@khabar/bus';
import {
  type FeedEntry,
  KhabarError,
  type RawArticle,
  canonicalUrl,
  compileValidator,
  encodeBody,
  rawArticleEvent,
  rawArticleIdOfGuid,
  rawArticleIdOfUrl,
  rawContentHash,
  sourceId,
} from '@khabar/contracts';
import { readDate } from '@khabar/feeds';
import { CONFIG, apiProblem, apiSchema, inSpan, problem, readBody } from '@khabar/runtime';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { SpanKind } from '@opentelemetry/api';
import { Type, type Static } from 'typebox';
import type { FetcherConfig } from '../config.ts';
import { FetcherEvents } from '../events.ts';
import { languageTag, line } from '../sources/requests.ts';
import { SourcesService } from '../sources/sources.service.ts';

const text = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength }));

/** `POST /api/v1/articles`. */
export const PushSchema = Type.Object(
  {
    html: Type.Optional(Type.String({ minLength: 1, description: 'A page, or the markup of an article' })),
    text: Type.Optional(Type.String({ minLength: 1, description: 'Plain text, in place of html' })),
    mediaType: Type.Optional(
      Type.String({ pattern: '^[a-z0-9.+-]+/[a-z0-9.+-]+$', description: 'text/html or text/plain unless told' }),
    ),
    url: Type.Optional(Type.String({ maxLength: 4096, description: 'Address of the page' })),
    externalId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: "The publisher's own id. Without url and externalId each content is an article of its own",
      }),
    ),
    title: text(2000),
    language: Type.Optional(languageTag),
    publishedAt: Type.Optional(Type.String({ description: 'RFC 3339, with its offset, or a day' })),
    authors: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 100 })),
    sourceName: Type.Optional(Type.String({ ...line, maxLength: 200, description: 'Who pushes; "push" unless told' })),
  },
  { title: 'PushedArticle', additionalProperties: false },
);

/** See {@link PushSchema}. */
export type Push = Static<typeof PushSchema>;

const pushValidator = compileValidator('pushed article', PushSchema);

/** Takes one raw article by HTTP. */
@ApiTags('articles')
@Controller('api/v1/articles')
export class PushController {
  constructor(
    @Inject(Bus) private readonly bus: Bus,
    @Inject(SourcesService) private readonly sources: SourcesService,
    @Inject(FetcherEvents) private readonly report: FetcherEvents,
    @Inject(CONFIG) private readonly config: FetcherConfig,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Push one raw article; when this answers it is published' })
  @ApiBody({ schema: apiSchema(PushSchema) })
  @ApiResponse({ status: 202, description: '{ rawId, sourceId }' })
  @ApiResponse(apiProblem(400, 'The body is not what it should be; what is wrong is said'))
  @ApiResponse(apiProblem(409, 'The source that is named is paused'))
  @ApiResponse(apiProblem(413, 'Larger than FETCH_MAX_BYTES'))
  async push(@Body() body: unknown): Promise<{ rawId: string; sourceId: string }> {
    const push = readBody(pushValidator, body);
    const raw = rawArticleOfPush(push, this.config.FETCH_MAX_BYTES, new Date().toISOString());
    const name = nameOf(push);
    if (await this.sources.isPaused(raw.sourceId)) throw problem(409, 'source-paused', `The source ${name} is paused`);
    const event = rawArticleEvent(raw);
    await inSpan('push', { kind: SpanKind.SERVER }, () => this.bus.publish([event])).catch((error: unknown) => {
      if (error instanceof KhabarError && error.code === 'record-too-large')
        throw tooLarge(this.config.FETCH_MAX_BYTES);
      throw error;
    });
    await this.sources.countPush(name);
    this.report.entriesPublished({ id: raw.sourceId, kind: 'push', address: name }, [event]);
    return { rawId: raw.id, sourceId: raw.sourceId };
  }
}

function nameOf(push: Push): string {
  return push.sourceName ?? 'push';
}

/** The raw article of a push. @throws HttpException 400, 413. */
export function rawArticleOfPush(push: Push, maxBytes: number, fetchedAt: string): RawArticle {
  if ((push.html === undefined) === (push.text === undefined)) {
    throw problem(400, 'invalid-body', 'A pushed article has either html or text');
  }
  if (push.url !== undefined && canonicalUrl(push.url) === null) {
    throw problem(400, 'invalid-body', 'url must be an absolute http or https address');
  }
  const bytes = Buffer.from(push.html ?? push.text ?? '');
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  const source = sourceId('push', nameOf(push));
  const entry = entryOf(push);
  const contentHash = rawContentHash(bytes, entry);
  const guid = push.externalId ?? `content ${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    id: push.url === undefined ? rawArticleIdOfGuid(source, guid) : rawArticleIdOfUrl(push.url),
    sourceId: source,
    url: push.url ?? null,
    fetchedAt,
    http: null,
    entry,
    mediaType: push.mediaType ?? (push.html === undefined ? 'text/plain' : 'text/html'),
    charset: 'utf-8',
    ...encodeBody(bytes),
    contentHash,
  };
}

/** What the pusher says of the article, in an entry's words; null where it says nothing. */
function entryOf(push: Push): FeedEntry | null {
  const { html, externalId, title, language, publishedAt, authors } = push;
  const published = publishedAt === undefined ? null : readDate(publishedAt);
  if (publishedAt !== undefined && published === null) {
    throw problem(400, 'invalid-body', 'publishedAt must be an RFC 3339 date-time or date');
  }
  // A page is read as a page; markup without one around it is all the article's own.
  const content = html === undefined || /<(?:!doctype|html|head|body)\b/i.test(html.slice(0, 4096)) ? null : html;
  const said = [content, externalId, title, language, published, authors];
  if (said.every((value) => value === undefined || value === null)) return null;
  return {
    guid: externalId ?? null,
    link: push.url ?? null,
    linkShared: false,
    title: title ?? null,
    summary: null,
    content,
    authors: authors ?? [],
    published,
    updated: null,
    language: language ?? null,
    categories: [],
    images: [],
    feedTitle: null,
  };
}

function tooLarge(maxBytes: number) {
  return problem(413, 'too-large', `An article may have ${maxBytes} bytes (FETCH_MAX_BYTES)`);
}
