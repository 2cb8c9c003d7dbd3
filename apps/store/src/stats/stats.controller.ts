import { apiProblem, apiSchema } from '@khabar/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Static, Type } from 'typebox';
import { DataSource } from 'typeorm';
import type { QueryParameters } from '../articles/article-query.ts';
import { readingError } from '../database/database-error.ts';
import { MOST_HOURS, PeriodSchema, readPeriod, readPeriodQuery } from './period.ts';
import { remembered } from './remembered.ts';
import { readTotals, TotalsSchema } from './totals.ts';

/** All articles are counted, so who asks often gets the counts of a moment ago. */
const REMEMBERED_MS = 1_000;

/** What the API answers. */
export const StatsSchema = Type.Object({ ...TotalsSchema.properties, period: PeriodSchema }, { title: 'Stats' });

/** See {@link StatsSchema}. */
export type Stats = Static<typeof StatsSchema>;

const statsExample: Stats = {
  articles: 1,
  withdrawn: 0,
  revisions: 1,
  waiting: 0,
  newest: {
    storedAt: '2026-03-14T09:30:01.250Z',
    fetchedAt: '2026-03-14T09:30:00.000Z',
    publishedAt: '2026-03-14T09:00:00.000Z',
  },
  languages: [{ language: 'en', articles: 1 }],
  sources: [],
  period: {
    from: '2026-03-14T00:00:00.000Z',
    to: '2026-03-15T00:00:00.000Z',
    total: {
      ...{ created: 1, revised: 0, withdrawn: 0, refused: 0 },
      fetchDelay: { p50: 1_800, p90: 1_800, p99: 1_800 },
      storeDelay: { p50: 2, p90: 2, p99: 2 },
    },
    hours: [],
    sources: [],
    languages: [],
  },
};

/** `/api/v1/stats`: what is stored, counted. */
@ApiTags('stats')
@Controller('api/v1/stats')
export class StatsController {
  readonly #totals = remembered(() => readTotals(this.dataSource), REMEMBERED_MS);

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({
    summary: 'Counts by language and source, what a period brought by the hour, and how fresh it was',
    description:
      'Totals are up to a second old, and up to ten times as old as it takes to count them. The parameters are those of the period.',
  })
  @ApiQuery({
    name: 'from',
    required: false,
    description: `From the hour of this instant or day (UTC) on; at most ${MOST_HOURS / 24} days before its end, 24 hours without`,
    schema: { type: 'string', examples: ['2026-03-14'] },
  })
  @ApiQuery({
    name: 'to',
    required: false,
    description:
      'To the end of the hour of this instant, or of this day (UTC); without, to the end of the hour at hand',
    schema: { type: 'string', examples: ['2026-03-14'] },
  })
  @ApiQuery({ name: 'source', required: false, schema: { type: 'string', format: 'uuid' } })
  @ApiQuery({ name: 'language', required: false, description: 'BCP 47', schema: { type: 'string', examples: ['hi'] } })
  @ApiResponse({
    status: 200,
    description: 'The counts',
    content: { 'application/json': { schema: apiSchema(StatsSchema), example: statsExample } },
  })
  @ApiResponse(apiProblem(400, 'Some parameters are wrong; each is named'))
  @ApiResponse(apiProblem(503, 'The database is away'))
  async read(@Query() parameters: QueryParameters): Promise<Stats> {
    const query = readPeriodQuery(parameters, new Date());
    try {
      const [totals, period] = await Promise.all([this.#totals(), readPeriod(this.dataSource, query)]);
      return { ...totals, period };
    } catch (error) {
      throw readingError(error);
    }
  }
}
