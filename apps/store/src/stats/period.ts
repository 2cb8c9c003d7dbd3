import { instant, orNull, uuid } from '@khabar/contracts';
import { type Static, type TSchema, Type } from 'typebox';
import type { DataSource } from 'typeorm';
import { ParameterReader, type QueryParameters } from '../articles/article-query.ts';
import { DELAY_CLASSES, delayPercentile } from './delays.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Longest period that is counted at once, in hours: a week. Of 24,000 rows (a thousand sources in every hour of a day) it takes a quarter of a second. */
export const MOST_HOURS = 7 * 24;
const USUAL_HOURS = 24;

const count = (description: string) => Type.Integer({ minimum: 0, description });

const PercentilesSchema = orNull(
  Type.Object({ p50: Type.Number(), p90: Type.Number(), p99: Type.Number() }, { title: 'DelayPercentiles' }),
);

const countsOf = <T extends Record<string, TSchema>>(by: T) =>
  Type.Object({
    ...by,
    created: count('Articles that were new'),
    revised: count('Changes of text or metadata'),
    withdrawn: count('Articles that were withdrawn'),
    refused: count('Articles that could not be stored, and became dead letters'),
    fetchDelay: PercentilesSchema,
    storeDelay: PercentilesSchema,
  });

/** What a period brought, by the hour in which it was stored. */
export const PeriodSchema = Type.Object(
  {
    from: instant('The full hour at which it begins'),
    to: instant('The full hour before which it ends'),
    total: countsOf({}),
    hours: Type.Array(countsOf({ hour: instant() }), { description: 'In order; those without any are left out' }),
    sources: Type.Array(countsOf({ sourceId: uuid() }), { description: 'Most new articles first' }),
    languages: Type.Array(countsOf({ language: orNull(Type.String()) }), { description: 'Most new articles first' }),
  },
  {
    title: 'Period',
    description:
      'Of new articles, fetchDelay is the time from publication to the first fetch, where publication is an instant, and storeDelay that from the first fetch to the store: upper bounds in seconds, of classes up to a week; null where none is known. A change is counted a few seconds after it was announced.',
  },
);

/** See {@link PeriodSchema}. */
export type Period = Static<typeof PeriodSchema>;

/** Which period is asked for. */
export interface PeriodQuery {
  /** Full hours, RFC 3339 UTC: from the first, and before the second. */
  readonly from: string;
  readonly to: string;
  readonly source: string | null;
  /** BCP 47, as it is stored. */
  readonly language: string | null;
}

/** The day that ends with the hour at hand, unless parameters say otherwise. @throws HttpException 400 naming every parameter that is wrong. */
export function readPeriodQuery(parameters: QueryParameters, now: Date): PeriodQuery {
  const read = new ParameterReader(parameters);
  const to = read.instant('to');
  const until = hourOf((to === null ? now.getTime() + 1 : Date.parse(to)) + HOUR_MS - 1);
  const from = read.instant('from');
  const since = from === null ? until - USUAL_HOURS * HOUR_MS : hourOf(Date.parse(from));
  if (since >= until || until - since > MOST_HOURS * HOUR_MS) {
    read.wrong('from', `must be before to, and by ${MOST_HOURS / 24} days at most`);
  }
  return read.all({
    from: new Date(since).toISOString(),
    to: new Date(until).toISOString(),
    source: read.uuid('source', "a source's id (a UUID)"),
    language: read.one('language', 'a language tag such as hi or pt-BR', (text) =>
      /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i.test(text) ? text : undefined,
    ),
  });
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

const delays = (name: string) =>
  `ARRAY[${Array.from({ length: DELAY_CLASSES }, (_, at) => `sum(${name}[${at + 1}])`).join(', ')}]::integer[] AS ${name}`;

/** $1 and $2 the period, $3 a source or null, $4 a language or null. */
export const SELECT_PERIOD = `
  SELECT grouping(hour, source_id, language) AS level, hour, source_id, language, coalesce(sum(created), 0)::integer AS created,
    coalesce(sum(revised), 0)::integer AS revised, coalesce(sum(withdrawn), 0)::integer AS withdrawn,
    coalesce(sum(refused), 0)::integer AS refused, ${delays('fetch_delays')}, ${delays('store_delays')}
  FROM store.hourly_counts
  WHERE hour >= $1 AND hour < $2 AND ($3::uuid IS NULL OR source_id = $3) AND ($4::text IS NULL OR lower(language) = lower($4))
  GROUP BY GROUPING SETS ((), (hour), (source_id), (language))
  ORDER BY hour, created DESC, source_id, language`;

/** What `grouping` says of each level: a bit is set where the column is summed over. */
const LEVELS = { total: 7, hours: 3, sources: 5, languages: 6 } as const;

interface PeriodRow {
  readonly level: number;
  readonly hour: Date | null;
  readonly source_id: string | null;
  readonly language: string | null;
  readonly created: number;
  readonly revised: number;
  readonly withdrawn: number;
  readonly refused: number;
  readonly fetch_delays: (number | null)[];
  readonly store_delays: (number | null)[];
}

/** What a period brought: the work grows with its hours, sources and languages, and not with its articles. */
export async function readPeriod(dataSource: DataSource, query: PeriodQuery): Promise<Period> {
  const { from, to, source, language } = query;
  const rows = await dataSource.query<PeriodRow[]>(SELECT_PERIOD, [from, to, source, language]);
  const of = (level: number) => rows.filter((row) => row.level === level);
  return {
    from,
    to,
    total: numbersOf(of(LEVELS.total)[0]!),
    hours: of(LEVELS.hours).map((row) => ({ hour: row.hour!.toISOString(), ...numbersOf(row) })),
    sources: of(LEVELS.sources).map((row) => ({ sourceId: row.source_id!, ...numbersOf(row) })),
    languages: of(LEVELS.languages).map((row) => ({ language: row.language || null, ...numbersOf(row) })),
  };
}

function numbersOf({ created, revised, withdrawn, refused, fetch_delays, store_delays }: PeriodRow): Period['total'] {
  return {
    ...{ created, revised, withdrawn, refused },
    fetchDelay: percentilesOf(fetch_delays),
    storeDelay: percentilesOf(store_delays),
  };
}

function percentilesOf(counts: readonly (number | null)[]): Period['total']['fetchDelay'] {
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => delayPercentile(counts, part));
  return p50 == null ? null : { p50, p90: p90!, p99: p99! };
}
