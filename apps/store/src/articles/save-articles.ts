import type { CloudEvent } from '@khabar/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { storingError } from '../database/database-error.ts';
import { binaryArray } from '../database/binary-array.ts';
import { arrays } from '../database/set-statement.ts';
import { erasedEvents } from '../erasure/erased-events.ts';
import { RAW_COLUMNS } from './article-columns.ts';
import { type Announcement, type Effect, Merge, type RawState, rawStateAfter } from './merge.ts';
import { keptFormFromRow, rawFromRow, storedArticleFromRow } from './rows.ts';
import {
  INSERT_RAW_ARTICLES,
  LOCK_ARTICLES,
  LOCK_RAW_ARTICLES,
  SELECT_FORMS,
  SELECT_KNOWN_EVENTS,
  SELECT_MAKERS,
} from './statements.ts';
import { writeMerge } from './write-merge.ts';

type ArticleEvent = CloudEvent<'news.articles.v1'>;

/** What a batch did. */
export interface Saved {
  /** What became of each event, in their order. */
  readonly effects: readonly Effect[];
  /** What is told of it; in the outbox by now. */
  readonly announcements: readonly Announcement[];
}

const MAX_TRIES = 5;

/**
 * Ids of those of the events that are part of the store already. What was merged once has had its effect for good, so this needs no
 * lock, and a redelivery costs nothing more. @throws KhabarError as {@link storingError} says
 */
export async function knownEvents(
  dataSource: DataSource,
  events: readonly ArticleEvent[],
): Promise<ReadonlySet<string>> {
  try {
    const ids = [events.map(({ data }) => data.id), events.map(({ id }) => id)];
    const sent = ids.map((column) => binaryArray('uuid', column));
    const [row]: { places: number[] }[] = await dataSource.query(SELECT_KNOWN_EVENTS, sent);
    return new Set(row!.places.map((place) => events[place - 1]!.id));
  } catch (thrown) {
    throw storingError(thrown);
  }
}

/**
 * Merges events of `news.articles.v1` into the store: one transaction, a few statements, whatever their number. The effect is that of
 * the events one by one, and the same for a batch that comes again, in another order, or to several stores at once (numbers aside, which
 * are the order of arrival). `now` is when the changes are stored, RFC 3339 UTC with milliseconds.
 * @throws KhabarError as {@link storingError} says; nothing is stored then.
 */
export async function saveArticles(
  dataSource: DataSource,
  events: readonly ArticleEvent[],
  now: string,
): Promise<Saved> {
  if (events.length === 0) return { effects: [], announcements: [] };
  for (let attempt = 1; ; attempt++) {
    try {
      return await saveOnce(dataSource, events, now);
    } catch (thrown) {
      const error = storingError(thrown);
      if (error.code !== 'database-conflict' || attempt === MAX_TRIES) throw error;
    }
  }
}

async function saveOnce(dataSource: DataSource, events: readonly ArticleEvent[], now: string): Promise<Saved> {
  return dataSource.transaction(async (manager) => {
    const erased = await erasedEvents(manager, events);
    const wanted = events.filter(({ id }) => !erased.has(id));
    if (wanted.length === 0) return { effects: events.map(() => 'erased'), announcements: [] };
    const { merge, newRaws } = await load(manager, wanted);
    const effects = events.map((event) => (erased.has(event.id) ? 'erased' : merge.apply(event, now)));
    await writeMerge(manager, merge, wanted, newRaws, now);
    return { effects, announcements: merge.announcements };
  });
}

/**
 * Takes the locks and reads all that the events may touch. Locks are taken on raw articles, then on articles, each in order of id: so
 * no two stores wait for each other in a ring. Who holds an article's lock is alone with its forms, texts and announcements.
 */
async function load(manager: EntityManager, events: readonly ArticleEvent[]) {
  const raws = rawsAfter(events);
  const inserted: { raw_id: string }[] = await manager.query(INSERT_RAW_ARTICLES, arrays(RAW_COLUMNS, raws));
  const newRaws = new Set(inserted.map(({ raw_id }) => raw_id));
  const oldRawIds = raws.map(({ rawId }) => rawId).filter((rawId) => !newRaws.has(rawId));
  const oldRaws = oldRawIds.length === 0 ? [] : await select(manager, LOCK_RAW_ARTICLES, oldRawIds, rawFromRow);

  const articleIds = new Set(events.filter(({ data }) => !data.gone).map(({ data }) => data.id));
  for (const { made } of oldRaws) if (made) articleIds.add(made.articleId);
  const articles = await select(manager, LOCK_ARTICLES, [...articleIds], storedArticleFromRow);
  const storedIds = articles.map(({ id }) => id);
  if (storedIds.length === 0) return { merge: new Merge([], [], oldRaws), newRaws };

  const forms = await select(manager, SELECT_FORMS, storedIds, keptFormFromRow);
  const makers = await select(manager, SELECT_MAKERS, storedIds, rawFromRow);
  // Our own new rows are among the makers already; the merge is to meet them event by event.
  const others = makers.filter(({ rawId }) => !newRaws.has(rawId));
  return { merge: new Merge(articles, forms, [...others, ...oldRaws]), newRaws };
}

function rawsAfter(events: readonly ArticleEvent[]): RawState[] {
  const raws = new Map<string, RawState>();
  for (const event of events) {
    const { rawId } = event.data;
    raws.set(rawId, rawStateAfter(raws.get(rawId) ?? { rawId, made: null, gone: null }, event));
  }
  return [...raws.values()];
}

async function select<Row, T>(
  manager: EntityManager,
  statement: string,
  ids: readonly string[],
  read: (row: Row) => T,
): Promise<T[]> {
  const rows: Row[] = await manager.query(statement, [binaryArray('uuid', ids)]);
  return rows.map(read);
}
