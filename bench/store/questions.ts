import { seededRandom } from '@khabar/testing';
import { ARTICLE_EVERY_MS, corpusEvent, corpusNames, CORPUS_SOURCES } from './corpus.ts';
import { SAVED_ARTICLES } from './fill.ts';
import { pick, pickByRank, VOCABULARIES } from './vocabulary.ts';

type Next = () => number;
type Parameters = Record<string, string>;

/** Frequent words of a language that are more than its joints, and where its rare ones begin. */
const RANKS = { first: 40, rare: 4_000 } as const;

/** Query parameters as readers of a news archive send them: words of any frequency in all ten languages, in all the ways to put them. */
export function searches(count: number): Parameters[] {
  const next = seededRandom(20);
  return Array.from({ length: count }, () => search(next));
}

function search(next: Next): Parameters {
  const article = articleOf(next);
  const language = article.language!;
  const { space, words } = VOCABULARIES.find((vocabulary) => vocabulary.language === language)!;
  const word = () => (next() < 0.3 ? pickByRank(words, next) : words[rank(next)]!);
  const part = () => partOf(article.title!, space, next);
  const one = space === '' ? part : word;
  const q = pick(
    [
      () => one(),
      () => `${one()} ${one()}`,
      () => `${one()} ${one()}`,
      () => `"${part()}"`,
      () => `${one()} -${one()}`,
      () => `${one()} or ${one()}`,
      () => `${word().slice(0, 5)}*`,
    ],
    next,
  )();
  return {
    q,
    ...(next() < 0.5 && { language }),
    ...(next() < 0.2 && { sort: 'relevance' }),
    ...(next() < 0.1 && { from: dayOf(next) }),
    ...(next() < 0.1 && { source: pickByRank(CORPUS_SOURCES, next) }),
    ...(next() < 0.1 && { tag: pickByRank(corpusNames(language).tags, next) }),
  };
}

/** Query parameters of lists with each filter, and with two. */
export function lists(count: number): Parameters[] {
  const next = seededRandom(10);
  return Array.from({ length: count }, () => {
    const { language, kind, rawId } = articleOf(next);
    const { authors, tags } = corpusNames(language!);
    const filters: (() => Parameters)[] = [
      () => ({}),
      () => ({ language: language! }),
      () => ({ source: pickByRank(CORPUS_SOURCES, next) }),
      () => ({ author: pickByRank(authors, next) }),
      () => ({ tag: pickByRank(tags, next) }),
      () => ({ kind }),
      () => ({ rawId }),
      () => ({ from: dayOf(next) }),
      () => ({ to: dayOf(next) }),
    ];
    return { ...pick(filters, next)(), ...(next() < 0.3 && pick(filters, next)()) };
  });
}

function articleOf(next: Next) {
  return corpusEvent(Math.floor(next() * SAVED_ARTICLES)).data;
}

function rank(next: Next): number {
  const { first, rare } = RANKS;
  return Math.floor(first * (rare / first) ** next());
}

function partOf(title: string, space: '' | ' ', next: Next): string {
  const pieces = space === '' ? [...title.slice(0, -1)] : title.slice(0, -1).split(space);
  const length = 2 + Math.floor(next() * 2);
  const start = Math.floor(next() * Math.max(1, pieces.length - length));
  return pieces.slice(start, start + length).join(space);
}

function dayOf(next: Next): string {
  const newestMs = Date.parse(corpusEvent(0).data.publishedAt!);
  return new Date(newestMs - next() * 1_000_000 * ARTICLE_EVERY_MS).toISOString().slice(0, 10);
}
