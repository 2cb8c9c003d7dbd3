import { instant, orNull, uuid } from '@khabar/contracts';
import { apiProblem, apiSchema } from '@khabar/runtime';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { type Static, Type } from 'typebox';
import { readingError } from '../database/database-error.ts';
import { remembered } from './remembered.ts';

/** All articles are counted, so who asks often gets the counts of a moment ago. */
const REMEMBERED_MS = 1_000;

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description && { description }) });

const StatsSchema = Type.Object(
  {
    articles: count('Articles that are listed'),
    withdrawn: count('Articles that are not: their page is gone, or is known as another article'),
    revisions: count('Texts that articles had or have'),
    waiting: count('Changes that are not announced yet'),
    newest: Type.Object({
      storedAt: orNull(instant('Of the newest change')),
      fetchedAt: orNull(instant('Of the newest fetch that showed an article')),
      publishedAt: orNull(instant('Of the newest article, no later than its first fetch')),
    }),
    languages: Type.Array(Type.Object({ language: orNull(Type.String()), articles: count() }), {
      description: 'Most articles first; null where no language was recognised',
    }),
    sources: Type.Array(Type.Object({ sourceId: uuid(), articles: count() }), {
      description: 'Most articles first; an article counts for each source that told it',
    }),
  },
  { title: 'Stats' },
);

const SELECT_STATS = `
  WITH listed AS MATERIALIZED (
    SELECT language, sources, stored_at, fetched_at, sort_at FROM store.articles WHERE withdrawn IS NULL
  )
  SELECT
    (SELECT count(*)::int FROM listed) AS articles,
    (SELECT count(*)::int FROM store.articles WHERE withdrawn IS NOT NULL) AS withdrawn,
    (SELECT count(number)::int FROM store.revisions) AS revisions,
    (SELECT count(*)::int FROM store.outbox) AS waiting,
    (SELECT max(stored_at) FROM store.articles) AS stored_at,
    (SELECT max(fetched_at) FROM listed) AS fetched_at,
    (SELECT max(sort_at) FROM listed) AS published_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('language', language, 'articles', articles) ORDER BY articles DESC, language), '[]')
      FROM (SELECT language, count(*) AS articles FROM listed GROUP BY language)) AS languages,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('sourceId', source, 'articles', articles) ORDER BY articles DESC, source), '[]')
      FROM (SELECT source, count(*) AS articles FROM listed, unnest(sources) AS source GROUP BY source)) AS sources`;

/** What the store holds, counted. */
export type Stats = Static<typeof StatsSchema>;

interface StatsRow extends Omit<Stats, 'newest'> {
  readonly stored_at: Date | null;
  readonly fetched_at: Date | null;
  readonly published_at: Date | null;
}

/** `/api/v1/stats`: what is stored, counted. */
@ApiTags('stats')
@Controller('api/v1/stats')
export class StatsController {
  readonly #counts = remembered(() => this.#count(), REMEMBERED_MS);

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'Counts by language and source, and how fresh the newest articles are; up to a second old' })
  @ApiResponse({ status: 200, description: 'The counts', schema: apiSchema(StatsSchema) })
  @ApiResponse(apiProblem(503, 'The database is away'))
  read(): Promise<Stats> {
    return this.#counts();
  }

  async #count(): Promise<Stats> {
    const [row] = await this.dataSource.query<StatsRow[]>(SELECT_STATS).catch((error: unknown) => {
      throw readingError(error);
    });
    const { stored_at, fetched_at, published_at, ...counts } = row!;
    const text = (at: Date | null) => at?.toISOString() ?? null;
    return {
      ...counts,
      newest: { storedAt: text(stored_at), fetchedAt: text(fetched_at), publishedAt: text(published_at) },
    };
  }
}
