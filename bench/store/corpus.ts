import {
  type Article,
  articleEvent,
  articleHashes,
  articleId,
  type CloudEvent,
  rawArticleIdOfUrl,
  rawEventId,
  sourceId,
} from '@khabar/contracts';
import { seededRandom } from '@khabar/testing';
import { pick, pickByRank, type Vocabulary, VOCABULARIES } from './vocabulary.ts';

/** Bytes of UTF-8 that a body has. */
const BODY_BYTES = 4_000;

/** When the newest article was published. */
const NEWEST_MS = Date.parse('2026-10-01T00:00:00.000Z');

/** Time between two articles: a million of them are a year. */
export const ARTICLE_EVERY_MS = 31_536;

const OTHER_KINDS = ['live-blog', 'video', 'gallery', 'paywalled', 'unknown'] as const;

/** Who tells the articles: the first by far the most. */
export const CORPUS_SOURCES: readonly string[] = Array.from({ length: 300 }, (_, at) =>
  sourceId('feed', `https://paper-${at}.example.org/feed.xml`),
);

const LANGUAGES = VOCABULARIES.flatMap((vocabulary) => Array<Vocabulary>(vocabulary.share).fill(vocabulary));

/** Authors and tags of a language, the busiest first. */
export interface Names {
  readonly authors: readonly string[];
  readonly tags: readonly string[];
}

const NAMES = new Map(VOCABULARIES.map((vocabulary, at) => [vocabulary, namesOf(vocabulary, seededRandom(100 + at))]));

/** @throws TypeError for a language that the corpus does not have */
export function corpusNames(language: string): Names {
  return NAMES.get(VOCABULARIES.find((vocabulary) => vocabulary.language === language)!)!;
}

/**
 * The n-th article of an endless corpus as the parser would publish it: news of 4 KB in ten languages, of made-up sentences whose words are
 * as frequent as those of a language (Zipf). The same for the same number and series; another series has other articles. The higher the
 * number, the older the article.
 */
export function corpusEvent(number: number, series = 0): CloudEvent<'news.articles.v1'> {
  const next = seededRandom(series * 1_000_003 + number);
  const vocabulary = pick(LANGUAGES, next);
  const { authors, tags } = NAMES.get(vocabulary)!;
  const source = pickByRank(CORPUS_SOURCES, next);
  const url = `https://paper-${CORPUS_SOURCES.indexOf(source)}.example.org/${vocabulary.language}/${series}/${number}`;
  const publishedAtMs = NEWEST_MS - number * ARTICLE_EVERY_MS;
  const described = {
    externalId: null,
    canonicalUrl: url,
    title: sentence(vocabulary, 6 + next() * 8, next),
    kicker: null,
    summary: sentence(vocabulary, 12 + next() * 12, next),
    body: body(vocabulary, next),
    headings: [],
    kind: next() < 0.9 ? ('article' as const) : pick(OTHER_KINDS, next),
    gone: false,
    authors: some(authors, 1 + next() * 2, next),
    agencies: [],
    publishedAt: new Date(publishedAtMs).toISOString(),
    modifiedAt: null,
    publishedOffset: '+00:00',
    publishedPrecision: 'instant' as const,
    language: vocabulary.language,
    section: pickByRank(tags, next),
    tags: some(tags, next() * 6, next),
    images: [],
  };
  const rawId = rawArticleIdOfUrl(url);
  const article: Article = {
    id: articleId({ canonicalUrl: url, sourceId: source, externalId: null, rawId }),
    rawId,
    sourceId: source,
    fetchedAt: new Date(publishedAtMs + 600_000).toISOString(),
    url,
    ...described,
    wordCount: Math.round(BODY_BYTES / 6),
    ...articleHashes(described),
    fingerprint: Array.from({ length: 16 }, () => Math.floor(next() * 16).toString(16)).join(''),
    extraction: { how: 'page', parserVersion: 1, warnings: [] },
  };
  return articleEvent(article, rawEventId({ ...article, id: rawId }));
}

function body(vocabulary: Vocabulary, next: () => number): string {
  let text = '';
  for (let bytes = 0, count = 1; bytes < BODY_BYTES; count++) {
    const more = sentence(vocabulary, 8 + next() * 17, next) + (count % 4 === 0 ? '\n\n' : ' ');
    bytes += Buffer.byteLength(more);
    text += more;
  }
  return text.trimEnd();
}

function sentence({ words, space, stop }: Vocabulary, length: number, next: () => number): string {
  const chosen = Array.from({ length }, () => pickByRank(words, next));
  return chosen.join(space) + stop;
}

function some(things: readonly string[], count: number, next: () => number): string[] {
  return [...new Set(Array.from({ length: count }, () => pickByRank(things, next)))];
}

function namesOf({ words, space }: Vocabulary, next: () => number): Names {
  const name = () => pick(words, next) + (space || ' ') + pick(words, next);
  return { authors: Array.from({ length: 2_000 }, name), tags: Array.from({ length: 1_000 }, () => pick(words, next)) };
}
