import { type CloudEvent, compareText } from '@khabar/contracts';
import { ArticleHistory, type Change, type KeptForm, type Makers, type StoredArticle } from './article-history.ts';
import { formOf } from './form.ts';

/** What the store remembers of a raw article: which article it became, and whether its page is gone. */
export interface RawState {
  readonly rawId: string;
  /** The article that the newest form of it made, and that form's place in time; null while only its absence is known. */
  readonly made: RawMade | null;
  /** The newest answer that its page is gone. */
  readonly gone: Moment | null;
}

/** See {@link RawState}. */
export interface RawMade extends Moment {
  readonly articleId: string;
  readonly eventId: string;
}

/** A fetch as one version of the parser read it. */
export interface Moment {
  readonly fetchedAt: string;
  readonly parserVersion: number;
}

/** An announcement, with the trace of the event that caused it. */
export interface Announcement extends Change {
  readonly traceparent: string | null;
}

/** What an event did to what is stored: changed what is shown, was kept behind what is shown, repeated a text that was known, said that a page is gone, or had come before. */
export type MergeEffect = 'shown' | 'kept' | 'repeated' | 'gone' | 'known';

/** What became of an event; of `erased` nothing was stored, for it tells what was erased. */
export type Effect = MergeEffect | 'erased';

type ArticleEvent = CloudEvent<'news.articles.v1'>;

/**
 * Merges events into what is stored, one by one, so that a batch has the effect of its events in their order. To be given all that
 * the events may touch: the raw articles, the articles that they made and will make, those articles' forms, and all makers of them.
 */
export class Merge {
  readonly #articles = new Map<string, ArticleHistory>();
  readonly #raws = new Map<string, RawState>();
  readonly #makersOf = new Map<string, Set<string>>();
  readonly #touched = new Set<string>();
  readonly announcements: Announcement[] = [];

  constructor(
    articles: Iterable<StoredArticle>,
    forms: Iterable<KeptForm & { readonly articleId: string }>,
    raws: Iterable<RawState>,
  ) {
    const formsOf = Map.groupBy(forms, ({ articleId }) => articleId);
    for (const stored of articles) {
      this.#articles.set(stored.id, new ArticleHistory(stored.id, stored, formsOf.get(stored.id) ?? []));
    }
    for (const raw of raws) this.#remember(raw);
  }

  /** Articles that an event touched. */
  get articles(): ArticleHistory[] {
    return [...this.#touched].map((id) => this.#articles.get(id)!);
  }

  /** What is now known of a raw article. */
  raw(rawId: string): RawState {
    return this.#raws.get(rawId) ?? { rawId, made: null, gone: null };
  }

  /** `now` is when the change becomes true, RFC 3339 UTC. */
  apply(event: ArticleEvent, now: string): MergeEffect {
    const before = this.raw(event.data.rawId);
    const after = rawStateAfter(before, event);
    if (after !== before) this.#remember(after);
    if (event.data.gone) {
      // A page that is gone shows no text to tell an article by: it speaks of the article that its raw article made.
      if (after !== before && after.made !== null) this.#settle(after.made.articleId, event, now);
      return after === before ? 'known' : 'gone';
    }
    const { id } = event.data;
    const history = this.#articles.get(id) ?? new ArticleHistory(id, null, []);
    this.#articles.set(id, history);
    const added = history.add(formOf(event.id, event.data));
    const isShown = this.#settle(id, event, now);
    const left = before.made?.articleId ?? id;
    if (left !== id && after !== before) this.#settle(left, event, now);
    if (isShown) return 'shown';
    return added === 'revision' ? 'kept' : added === 'repeat' ? 'repeated' : 'known';
  }

  #remember(raw: RawState): void {
    const before = this.#raws.get(raw.rawId)?.made?.articleId;
    if (before !== undefined) this.#makersOf.get(before)?.delete(raw.rawId);
    this.#raws.set(raw.rawId, raw);
    if (raw.made === null) return;
    const makers = this.#makersOf.get(raw.made.articleId);
    if (makers) makers.add(raw.rawId);
    else this.#makersOf.set(raw.made.articleId, new Set([raw.rawId]));
  }

  #settle(articleId: string, { traceparent }: ArticleEvent, now: string): boolean {
    const history = this.#articles.get(articleId);
    if (!history) return false; // the row was removed by hand
    this.#touched.add(articleId);
    const change = history.settle(this.#makers(articleId), now);
    if (change) this.announcements.push({ ...change, traceparent: traceparent ?? null });
    return change !== null;
  }

  #makers(articleId: string): Makers {
    const makers = this.#makersOf.get(articleId) ?? new Set<string>();
    const allGone = [...makers].every((rawId) => isGone(this.#raws.get(rawId)!));
    return {
      has: (rawId) => makers.has(rawId),
      withdrawn: makers.size === 0 ? 'superseded' : allGone ? 'gone' : null,
    };
  }
}

/** What is known of a raw article after one more event of it; the same object when that is nothing new. */
export function rawStateAfter(raw: RawState, event: ArticleEvent): RawState {
  const { id, fetchedAt, extraction, gone } = event.data;
  const moment: Moment = { fetchedAt, parserVersion: extraction.parserVersion };
  if (gone) return raw.gone !== null && compareMoments(moment, raw.gone) <= 0 ? raw : { ...raw, gone: moment };
  const made: RawMade = { ...moment, articleId: id, eventId: event.id };
  return raw.made !== null && compareMade(made, raw.made) <= 0 ? raw : { ...raw, made };
}

function isGone({ made, gone }: RawState): boolean {
  return gone !== null && made !== null && compareMoments(made, gone) < 0;
}

function compareMoments(a: Moment, b: Moment): number {
  return compareText(a.fetchedAt, b.fetchedAt) || a.parserVersion - b.parserVersion;
}

function compareMade(a: RawMade, b: RawMade): number {
  return compareMoments(a, b) || compareText(a.eventId, b.eventId);
}
