import { CONFIG, problem } from '@khabar/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { StoreConfig } from '../config.ts';
import { databaseError, readingError, sqlState } from '../database/database-error.ts';
import { readInOneState } from '../database/read-in-one-state.ts';
import { readRows } from '../database/read-rows.ts';
import { SELECT_ERASED_RAW_IDS } from '../erasure/statements.ts';
import {
  type ArticleQuery,
  cursorOfNumber,
  cursorOfPlace,
  cursorOfRankedPlace,
  type RevisionQuery,
} from './article-query.ts';
import {
  type ArticlePage,
  type ArticleView,
  type ArticleViewRow,
  type RevisionPage,
  type RevisionView,
  articleOf,
  viewOf,
} from './article-view.ts';
import type { ArticleText } from './article-text.ts';
import { excerptOf } from './excerpt.ts';
import { askedSearch, findArticles, type Found, type FoundPlace } from './find-articles.ts';
import { sameText } from './form.ts';
import { isListedBySlices, listBySlices } from './list-articles.ts';
import { kept, listStatement, type Statement } from './list-statement.ts';
import { run } from './newest-articles.ts';
import { placesIn } from './found-places.ts';
import type { SearchQuery } from './search-query.ts';
import { type Revision, revisionsOf } from './revisions.ts';
import {
  formFromRow,
  keptFormFromRow,
  rawFromRow,
  type RawRow,
  type RevisionRow,
  textFromRow,
  type TextRow,
} from './rows.ts';
import { type RawView, erasedRawView, rawViewOf } from './raw-view.ts';
import {
  FIND_BY_INDEX,
  SELECT_ARTICLES,
  SELECT_ARTICLES_WITH_LEXEMES,
  SELECT_EARLIER_TEXTS,
  SELECT_FORMS,
  SELECT_FOUND_ARTICLES,
  SELECT_RAW_ARTICLES,
} from './statements.ts';

/** SQLSTATE of a statement that was given up: after its time, or by an operator. */
const CANCELED = '57014';

/** An article of a page of a search. */
interface FoundArticleRow extends ArticleViewRow {
  /** Null where its place in the index was given up meanwhile; not read where no excerpt is asked for. */
  readonly vector?: string | null;
}

/** Reads articles and their revisions for the API. Withdrawn articles are found by their id only. */
@Injectable()
export class ArticleSearch {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: StoreConfig,
  ) {}

  /**
   * One page. What a search finds may, for a second, be withdrawn already: then a page is shorter.
   * @throws HttpException 501 for a search where no index is kept, and 503 for one that takes too long, KhabarError `database-unavailable`
   */
  async list(query: ArticleQuery): Promise<ArticlePage> {
    if (query.q !== null) {
      if (!this.config.STORE_SEARCH) throw searchOff();
      return this.#search(query, query.q);
    }
    return pageOf(await this.#listed(query), query.limit);
  }

  /** The article of an id, withdrawn ones too; null when there is none. @throws KhabarError `database-unavailable` */
  async find(id: string): Promise<ArticleView | null> {
    const row = await this.#row(id);
    return row && viewOf(row);
  }

  /** One page of an article's revisions, the last to arrive first; null when there is no such article. @throws KhabarError `database-unavailable` */
  async revisions(id: string, { before, limit }: RevisionQuery): Promise<RevisionPage | null> {
    const article = await this.#row(id);
    if (article === null) return null;
    const forms = await readRows<RevisionRow>(this.dataSource, SELECT_FORMS, [[id]]);
    const found = revisionsOf(forms.map(keptFormFromRow)).filter(({ number }) => before === null || number < before);
    const page = found.slice(0, limit);
    return {
      items: await this.#revisionViews(article, page),
      nextCursor: found.length > limit ? cursorOfNumber(page.at(-1)!.number) : null,
    };
  }

  /**
   * A revision of an article, and the one that it is compared with: the one of this number, else the one that arrived before it, of which
   * the first has none. @throws KhabarError `database-unavailable`
   */
  async revisionPair(
    id: string,
    number: number,
    against: number | null,
  ): Promise<'no article' | 'no revision' | { readonly before: RevisionView | null; readonly after: RevisionView }> {
    const article = await this.#row(id);
    if (article === null) return 'no article';
    const forms = await readRows<RevisionRow>(this.dataSource, SELECT_FORMS, [[id]]);
    const revisions = revisionsOf(forms.map(keptFormFromRow));
    const after = revisions.find((revision) => revision.number === number);
    const before = revisions.find((revision) =>
      against === null ? revision.number < number : revision.number === against,
    );
    if (after === undefined || (against !== null && before === undefined)) return 'no revision';
    const [afterView, beforeView] = await this.#revisionViews(
      article,
      before === undefined ? [after] : [after, before],
    );
    return { before: beforeView ?? null, after: afterView! };
  }

  /** What became of raw articles; those that the store never heard of are left out. @throws KhabarError `database-unavailable` */
  async raws(rawIds: readonly string[]): Promise<RawView[]> {
    const raws = (await readRows<RawRow>(this.dataSource, SELECT_RAW_ARTICLES, [rawIds])).map(rawFromRow);
    const ids = new Set(raws.flatMap(({ made }) => (made === null ? [] : [made.articleId])));
    const rows =
      ids.size === 0
        ? []
        : await readRows<ArticleViewRow>(this.dataSource, `${SELECT_ARTICLES} WHERE id = ANY($1)`, [[...ids]]);
    const articles = new Map(rows.map((row) => [row.id, viewOf(row)]));
    const erased = await readRows<{ raw_id: string }>(this.dataSource, SELECT_ERASED_RAW_IDS, [rawIds]);
    return [...raws.map((raw) => rawViewOf(raw, articles)), ...erased.map(({ raw_id }) => erasedRawView(raw_id))];
  }

  async #listed(query: ArticleQuery): Promise<ArticleViewRow[]> {
    if (!isListedBySlices(query)) {
      const { text, parameters } = listStatement(query);
      return readRows(this.dataSource, text, parameters);
    }
    const list = (manager: EntityManager) => listBySlices(manager, query);
    return readInOneState(this.dataSource, FIND_BY_INDEX, list).catch((thrown: unknown) => {
      throw readingError(thrown);
    });
  }

  async #search(query: ArticleQuery, q: string): Promise<ArticlePage> {
    const beginning = `${FIND_BY_INDEX}; SET LOCAL statement_timeout = ${this.config.SEARCH_TIMEOUT}`;
    return readInOneState(this.dataSource, beginning, async (manager) => {
      const search = await askedSearch(manager, q, query.language);
      if (search === null) return { items: [], nextCursor: null };
      const found = await findArticles(manager, query, search);
      return this.#foundPage(manager, found, query, search);
    }).catch((thrown: unknown) => {
      const error = databaseError(thrown);
      throw sqlState(error.cause) === CANCELED ? searchTooLong() : readingError(error);
    });
  }

  async #foundPage(
    manager: EntityManager,
    { places, first }: Found,
    query: ArticleQuery,
    search: SearchQuery,
  ): Promise<ArticlePage> {
    const page = places.slice(0, query.limit);
    const ids = page.map(({ id }) => id);
    const isExcerptAsked = query.fields === null || query.fields.includes('excerpt');
    const rows = await run<FoundArticleRow>(manager, foundArticlesStatement(ids, isExcerptAsked ? search : null));
    const excerptOfRow = (row: FoundArticleRow) => excerptOf(textFromRow(row), placesIn(row.vector ?? '', search));
    const viewed = new Map(
      rows
        .filter(({ withdrawn }) => withdrawn === null)
        .map((row) => [row.id, { ...viewOf(row), ...(isExcerptAsked && { excerpt: excerptOfRow(row) }) }]),
    );
    return {
      items: ids.flatMap((id) => viewed.get(id) ?? []),
      nextCursor: places.length > query.limit ? cursorBehind(page.at(-1)!, first) : null,
    };
  }

  async #revisionViews(article: ArticleViewRow, revisions: readonly Revision[]): Promise<RevisionView[]> {
    const present = formFromRow(article);
    const earlier = revisions.map(({ form }) => form).filter((form) => !sameText(form, present));
    const rows = await readRows<TextRow & { content_hash: string; metadata_hash: string }>(
      this.dataSource,
      SELECT_EARLIER_TEXTS,
      [article.id, earlier.map(({ contentHash }) => contentHash), earlier.map(({ metadataHash }) => metadataHash)],
    );
    const texts = new Map<string, ArticleText>([
      [`${article.content_hash} ${article.metadata_hash}`, textFromRow(article)],
      ...rows.map((row) => [`${row.content_hash} ${row.metadata_hash}`, textFromRow(row)] as const),
    ]);
    return revisions.map(({ number, form, eventIds, sources, firstFetchedAt, storedAt }) => ({
      ...articleOf(article.id, form, texts.get(`${form.contentHash} ${form.metadataHash}`)!, false),
      revision: number,
      present: eventIds.includes(present.eventId),
      sources: [...sources],
      firstFetchedAt,
      storedAt,
    }));
  }

  async #row(id: string): Promise<ArticleViewRow | null> {
    const [row] = await readRows<ArticleViewRow>(this.dataSource, `${SELECT_ARTICLES} WHERE id = $1`, [id]);
    return row ?? null;
  }
}

function pageOf(rows: readonly ArticleViewRow[], limit: number): ArticlePage {
  const page = rows.slice(0, limit);
  return {
    items: page.filter(({ withdrawn }) => withdrawn === null).map(viewOf),
    nextCursor: rows.length > limit ? cursorBehind(page.at(-1)!, null) : null,
  };
}

/** The SQL of a page's articles, with where what was searched for stands in them; that is null where nobody asks. */
function foundArticlesStatement(ids: readonly string[], search: SearchQuery | null): Statement {
  if (search === null) return kept({ text: `${SELECT_ARTICLES} WHERE id = ANY($1)`, parameters: [ids] });
  const { lexemes, beginnings } = search;
  if (beginnings.length > 0) return kept({ text: SELECT_FOUND_ARTICLES, parameters: [ids] });
  return kept({ text: SELECT_ARTICLES_WITH_LEXEMES, parameters: [ids, lexemes] });
}

/** `first` is the newest that was ranked, of a list by relevance. */
function cursorBehind({ id, sort_at, rank }: FoundPlace, first: FoundPlace | null): string {
  const place = { sortAt: sort_at.toISOString(), id };
  if (rank === undefined || first === null) return cursorOfPlace(place);
  return cursorOfRankedPlace({ ...place, rank, first: { sortAt: first.sort_at.toISOString(), id: first.id } });
}

function searchTooLong() {
  return problem(
    503,
    'search-too-long',
    'The search took too long and was given up: ask for rarer words, whole words, or a shorter time',
  );
}

function searchOff() {
  return problem(
    501,
    'search-off',
    'This store keeps no search index (STORE_SEARCH=false): it lists, and does not search',
  );
}
