import { type Article, compareRanks, rankOf } from '@khabar/contracts';

/** An article as the store's API shows it, as far as a replay looks at it. */
export type ShownArticle = Article & { readonly withdrawn: 'gone' | 'superseded' | null };

/** A fetch as one version of the parser read it. */
interface Moment {
  readonly fetchedAt: string;
  readonly parserVersion: number;
}

/** What the store says of a raw article (`GET /api/v1/raw-articles`). */
export interface RawState {
  readonly rawId: string;
  readonly made: (Moment & { readonly articleId: string }) | null;
  readonly gone: Moment | null;
  readonly article: ShownArticle | null;
  /** Its article was erased for good. */
  readonly erased: boolean;
}

/**
 * What today's reading of a raw article means to the store:
 * - `unchanged`: it shows this very text
 * - `changed`: it will show this text instead
 * - `moved`: this raw article makes another article, under a better identity
 * - `new`: it has no article of it
 * - `gone`: it does not know yet that the page is gone
 * - `same-version`: it has another text, which a parser of the same version made; the store keeps the first of a version
 * - `newer`: it knows a newer fetch, or a newer parser's reading
 * - `erased`: its article was erased for good, and nothing of it will be stored
 * - `outranked`: it shows a fuller or newer form of the article, from another raw article or from a fuller reading
 */
export type Verdict =
  'unchanged' | 'changed' | 'moved' | 'new' | 'gone' | 'same-version' | 'newer' | 'outranked' | 'erased';

/** Verdicts whose articles are published: each changes what the store shows. */
export const PUBLISHED: ReadonlySet<Verdict> = new Set<Verdict>(['changed', 'moved', 'new', 'gone']);

/** Verdicts under which the new text stands against the shown one, field by field. */
export const COMPARED: ReadonlySet<Verdict> = new Set<Verdict>(['unchanged', 'changed', 'moved', 'same-version']);

/** Holds what the parser makes of a raw article against what the store knows of it; undefined where it never heard of it. */
export function judge(article: Article, state: RawState | undefined): Verdict {
  if (state?.erased) return 'erased';
  const made = state?.made ?? null;
  const gone = state?.gone ?? null;
  const now: Moment = { fetchedAt: article.fetchedAt, parserVersion: article.extraction.parserVersion };
  if (article.gone) return judgeGone(now, made, gone);
  if (gone !== null && gone.fetchedAt > now.fetchedAt) return 'newer';
  if (made === null) return 'new';
  if (compareMoments(made, now) > 0) return 'newer';
  const shown = state!.article;
  const isSame =
    shown !== null && shown.withdrawn === null && sameText(article, shown) && made.articleId === article.id;
  if (isSame) return 'unchanged';
  if (compareMoments(made, now) === 0) {
    const isOurs = shown === null || (shown.rawId === article.rawId && shown.fetchedAt === article.fetchedAt);
    return isOurs || made.articleId !== article.id ? 'same-version' : 'outranked';
  }
  if (made.articleId !== article.id) return 'moved';
  if (shown === null) return 'new';
  return compareRanks(rankOf(article), rankOf(shown)) > 0 ? 'changed' : 'outranked';
}

function judgeGone(now: Moment, made: Moment | null, gone: Moment | null): Verdict {
  if (made !== null && made.fetchedAt > now.fetchedAt) return 'newer';
  if (made === null || (gone !== null && compareMoments(gone, made) > 0)) return 'unchanged';
  return compareMoments(now, made) > 0 ? 'gone' : 'unchanged';
}

function sameText(a: Article, b: Article): boolean {
  return a.contentHash === b.contentHash && a.metadataHash === b.metadataHash;
}

function compareMoments(a: Moment, b: Moment): number {
  if (a.fetchedAt !== b.fetchedAt) return a.fetchedAt < b.fetchedAt ? -1 : 1;
  return a.parserVersion - b.parserVersion;
}
