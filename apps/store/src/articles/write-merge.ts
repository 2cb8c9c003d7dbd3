import { type CloudEvent, KhabarError, compareText } from '@khabar/contracts';
import type { EntityManager } from 'typeorm';
import { binaryArray } from '../database/binary-array.ts';
import { arrays, type Column } from '../database/set-statement.ts';
import {
  ARTICLE_COLUMNS,
  ARTICLE_WITH_TEXT_COLUMNS,
  type ArticleRow,
  type ArticleRowWithText,
  DATE_COLUMNS,
  EARLIER_TEXT_COLUMNS,
  EARLIER_TEXT_KEY,
  OUTBOX_COLUMNS,
  RAW_COLUMNS,
  REVISION_COLUMNS,
} from './article-columns.ts';
import type { ArticleHistory } from './article-history.ts';
import type { ArticleText } from './article-text.ts';
import { sameText, type TextIdentity } from './form.ts';
import type { Merge } from './merge.ts';
import { textFromRow, type TextRow } from './rows.ts';
import {
  ENQUEUE_UNINDEXED,
  INSERT_ANNOUNCEMENTS,
  INSERT_ARTICLES,
  INSERT_EARLIER_TEXTS,
  INSERT_REVISIONS,
  KEEP_PRESENT_TEXTS,
  NUMBER_REVISIONS,
  TAKE_EARLIER_TEXTS,
  UPDATE_ARTICLES,
  UPDATE_ARTICLES_WITH_TEXT,
  UPDATE_RAW_ARTICLES,
} from './statements.ts';
import { ENQUEUE, UNCLUSTERED_COLUMNS } from '../clusters/statements.ts';

type ArticleEvent = CloudEvent<'news.articles.v1'>;
type Texts = Map<string, ArticleText>;
type Dates = ReadonlyMap<string, string>;

const SENT: readonly Column<ArticleRow>[] = [...ARTICLE_COLUMNS, ...DATE_COLUMNS];
const SENT_WITH_TEXT: readonly Column<ArticleRowWithText>[] = [...ARTICLE_WITH_TEXT_COLUMNS, ...DATE_COLUMNS];

/**
 * Writes what a merge changed, within the transaction that holds the locks. Of an article's texts, the present one stands in its row and
 * every other one in `earlier_texts`, each once.
 * @throws KhabarError `database-conflict` when another store created one of the articles meanwhile.
 */
export async function writeMerge(
  manager: EntityManager,
  merge: Merge,
  events: readonly ArticleEvent[],
  newRaws: ReadonlySet<string>,
  now: string,
): Promise<void> {
  const histories = merge.articles.sort((a, b) => compareText(a.id, b.id));
  const retold = histories.filter(({ stored, present }) => stored !== null && !sameText(stored.text, present));
  const texts = textsOf(events);
  const dates = firstDatesOf(events);
  await exchangeTexts(manager, retold, texts);
  await keepOtherTexts(manager, histories, texts);

  const created = histories.filter(({ stored }) => stored === null);
  await insertArticles(manager, rowsWithText(created, texts, dates));
  await run(manager, UPDATE_ARTICLES_WITH_TEXT, SENT_WITH_TEXT, rowsWithText(retold, texts, dates));
  const sameAsBefore = histories.filter(({ stored, present }) => stored !== null && sameText(stored.text, present));
  const moved = await updateArticles(manager, sameAsBefore, dates);
  const unindexed = [...created, ...retold, ...moved].map(({ id }) => id);
  if (unindexed.length > 0) await manager.query(ENQUEUE_UNINDEXED, [binaryArray('uuid', unindexed)]);

  const added = histories.flatMap(({ id, added }) => added.map((form) => ({ articleId: id, form, storedAt: now })));
  await run(manager, INSERT_REVISIONS, REVISION_COLUMNS, added);
  await numberRevisions(manager, histories);

  const oldRawIds = new Set(events.map(({ data }) => data.rawId).filter((rawId) => !newRaws.has(rawId)));
  const oldRaws = [...oldRawIds].map((rawId) => merge.raw(rawId));
  await run(manager, UPDATE_RAW_ARTICLES, RAW_COLUMNS, oldRaws);
  const waiting = histories.filter(isToBeClustered).map(({ id }) => ({ articleId: id, queuedAt: now }));
  await run(manager, ENQUEUE, UNCLUSTERED_COLUMNS, waiting);
  await run(manager, INSERT_ANNOUNCEMENTS, OUTBOX_COLUMNS, merge.announcements);
}

/** Clusters are made of texts, and of articles that are not known as another one. */
function isToBeClustered({ stored, present, state }: ArticleHistory): boolean {
  if (stored === null || stored.text.contentHash !== present.contentHash) return true;
  return (stored.withdrawn === 'superseded') !== (state.withdrawn === 'superseded');
}

/** Puts the texts that stop being present aside, and takes those that become present again, of which no event may have brought the text. */
async function exchangeTexts(manager: EntityManager, retold: readonly ArticleHistory[], texts: Texts): Promise<void> {
  if (retold.length === 0) return;
  await manager.query(KEEP_PRESENT_TEXTS, [retold.map(({ id }) => id)]);
  const returning = retold.filter((history) => history.knew(history.present));
  if (returning.length === 0) return;
  const keys = returning.map(({ id, present }) => ({ articleId: id, ...present }));
  // TypeORM answers a DELETE with its rows and their number.
  const [rows]: [(TextRow & TextKeyRow)[], number] = await manager.query(
    TAKE_EARLIER_TEXTS,
    arrays(EARLIER_TEXT_KEY, keys),
  );
  for (const row of rows) {
    const text = { contentHash: row.content_hash, metadataHash: row.metadata_hash };
    texts.set(textKey(row.article_id, text), textFromRow(row));
  }
}

interface TextKeyRow {
  readonly article_id: string;
  readonly content_hash: string;
  readonly metadata_hash: string;
}

/** Keeps texts that came and are not shown: another form stands above theirs. */
async function keepOtherTexts(
  manager: EntityManager,
  histories: readonly ArticleHistory[],
  texts: Texts,
): Promise<void> {
  const others = new Map<string, TextIdentity & { readonly articleId: string; readonly text: ArticleText }>();
  for (const history of histories) {
    for (const { contentHash, metadataHash } of history.added) {
      const identity = { contentHash, metadataHash };
      if (sameText(identity, history.present) || history.knew(identity)) continue;
      const key = textKey(history.id, identity);
      others.set(key, { articleId: history.id, ...identity, text: texts.get(key)! });
    }
  }
  await run(manager, INSERT_EARLIER_TEXTS, EARLIER_TEXT_COLUMNS, [...others.values()]);
}

async function insertArticles(manager: EntityManager, rows: readonly ArticleRowWithText[]): Promise<void> {
  if (rows.length === 0) return;
  const inserted: unknown[] = await manager.query(INSERT_ARTICLES, arrays(SENT_WITH_TEXT, rows));
  if (inserted.length < rows.length) {
    throw new KhabarError('database-conflict', 'Another store created an article meanwhile', { retriable: true });
  }
}

/** Returns those that the search index is to look at again: they changed their place in lists, or whether they are listed. */
async function updateArticles(
  manager: EntityManager,
  histories: readonly ArticleHistory[],
  dates: Dates,
): Promise<ArticleHistory[]> {
  if (histories.length === 0) return [];
  const rows = histories.map((history) => rowOf(history, dates));
  // TypeORM answers an UPDATE with its rows and their number.
  const [updated]: [{ id: string; has_moved: boolean }[], number] = await manager.query(
    UPDATE_ARTICLES,
    arrays(SENT, rows),
  );
  const moved = new Set(updated.filter(({ has_moved }) => has_moved).map(({ id }) => id));
  return histories.filter(({ id, stored, state }) => moved.has(id) || stored!.withdrawn !== state.withdrawn);
}

async function numberRevisions(manager: EntityManager, histories: readonly ArticleHistory[]): Promise<void> {
  const forms = histories.flatMap(({ id, renumbered }) => renumbered.map((form) => ({ id, ...form })));
  if (forms.length === 0) return;
  const columns = [forms.map(({ id }) => id), forms.map(({ eventId }) => eventId), forms.map(({ number }) => number)];
  await manager.query(NUMBER_REVISIONS, columns);
}

async function run<T>(
  manager: EntityManager,
  statement: string,
  columns: readonly Column<T>[],
  rows: readonly T[],
): Promise<void> {
  if (rows.length > 0) await manager.query(statement, arrays(columns, rows));
}

function textsOf(events: readonly ArticleEvent[]): Texts {
  const told = events.filter(({ data }) => !data.gone);
  return new Map(told.map(({ data }) => [textKey(data.id, data), data]));
}

/** The earliest publication that the events give each article: of all its forms, for which of them is shown is the order of arrival. */
function firstDatesOf(events: readonly ArticleEvent[]): Dates {
  const dates = new Map<string, string>();
  for (const { data } of events) {
    if (data.gone || data.publishedAt === null) continue;
    const first = dates.get(data.id);
    if (first === undefined || data.publishedAt < first) dates.set(data.id, data.publishedAt);
  }
  return dates;
}

function textKey(articleId: string, { contentHash, metadataHash }: TextIdentity): string {
  return `${articleId} ${contentHash} ${metadataHash}`;
}

function rowOf({ id, state, present }: ArticleHistory, dates: Dates): ArticleRow {
  return { id, state, form: present, firstPublishedAt: dates.get(id) ?? null };
}

function rowsWithText(histories: readonly ArticleHistory[], texts: Texts, dates: Dates): ArticleRowWithText[] {
  return histories.map((history) => {
    const text = texts.get(textKey(history.id, history.present))!;
    return { ...rowOf(history, dates), text };
  });
}
