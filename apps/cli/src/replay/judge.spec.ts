import { type Article, articleExample, articleHashes } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { type RawState, type ShownArticle, type Verdict, judge } from './judge.ts';

const at = (minute: number) => `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`;
const OTHER = '00000000-0000-5000-8000-00000000000a';

/** Today's reading, by parser 2, of the fetch at 09:30. */
function reading(change: Partial<Article> = {}, extraction: Partial<Article['extraction']> = {}): Article {
  const article = { ...articleExample, fetchedAt: at(30), ...change };
  return {
    ...article,
    ...articleHashes(article),
    extraction: { ...article.extraction, parserVersion: 2, ...extraction },
  };
}

/** What is stored: by default an older parser's worse text of the same fetch. */
function state(
  shown: Partial<Article> = {},
  extraction: Partial<Article['extraction']> = {},
  rest: Partial<RawState> = {},
): RawState {
  const article = reading({ body: 'Worse.', ...shown }, { parserVersion: 1, ...extraction });
  const { fetchedAt } = article;
  return {
    rawId: articleExample.rawId,
    made: { articleId: articleExample.id, fetchedAt, parserVersion: article.extraction.parserVersion },
    gone: null,
    article: { ...article, withdrawn: null },
    erased: false,
    ...rest,
  };
}

const made = (fetchedAt: string, parserVersion: number, articleId = articleExample.id) => ({
  articleId,
  fetchedAt,
  parserVersion,
});
const gone = (minute: number) => ({ fetchedAt: at(minute), parserVersion: 1 });
const gonePage = reading({ gone: true, title: null, body: null });
const withdrawn = (shown: ShownArticle | null) => shown && { ...shown, withdrawn: 'gone' as const };

describe('a reading', () => {
  it.each<[Verdict, string, Article, RawState | undefined]>([
    ['new', 'the store never heard of the raw article', reading(), undefined],
    [
      'new',
      'only the absence of its page is known, from before',
      reading(),
      state({}, {}, { made: null, article: null, gone: gone(10) }),
    ],
    ['erased', 'its article was erased', reading(), state({}, {}, { made: null, article: null, erased: true })],
    ['newer', 'its page is gone since', reading(), state({}, {}, { gone: gone(40) })],
    ['unchanged', 'the store shows the same text of an older parser', reading(), state({ body: articleExample.body })],
    [
      'unchanged',
      'the same text is shown by another raw article',
      reading(),
      state({ body: articleExample.body, rawId: OTHER }),
    ],
    ['changed', 'an older parser read the same fetch worse', reading(), state()],
    ['changed', 'only the metadata differ', reading({ tags: ['new'] }), state({ body: articleExample.body })],
    ['changed', 'the store knows an older fetch only', reading(), state({ fetchedAt: at(20) }, { parserVersion: 2 })],
    [
      'changed',
      'the page is back',
      reading(),
      state({ fetchedAt: at(10) }, {}, { gone: gone(20), article: withdrawn(state().article) }),
    ],
    ['newer', 'the store knows a newer fetch', reading(), state({ fetchedAt: at(40) })],
    ['newer', 'a newer parser read the same fetch', reading(), state({}, { parserVersion: 3 })],
    ['same-version', 'the same version read the same fetch otherwise', reading(), state({}, { parserVersion: 2 })],
    [
      'same-version',
      'the same version found another identity',
      reading({ id: OTHER }),
      state({}, { parserVersion: 2 }),
    ],
    [
      'outranked',
      'the same version read it, and another raw article is shown',
      reading(),
      state({ rawId: OTHER }, {}, { made: made(at(30), 2) }),
    ],
    ['moved', 'it has a better identity', reading({ id: OTHER }), state()],
    [
      'moved',
      'it has a better identity and the same text',
      reading({ id: OTHER }),
      state({ body: articleExample.body }),
    ],
    [
      'outranked',
      'a fuller form of another raw article is shown',
      reading({}, { how: 'summary' }),
      state({ rawId: OTHER }, {}, { made: made(at(20), 1) }),
    ],
    [
      'outranked',
      'a newer form of another raw article is shown',
      reading(),
      state({ rawId: OTHER, fetchedAt: at(40) }, {}, { made: made(at(30), 1) }),
    ],
    ['outranked', 'the older parser read it more fully', reading({}, { how: 'entry' }), state()],
    ['new', 'the row of its article was removed', reading(), state({}, {}, { article: null })],
    ['gone', 'of a page that is gone, which the store does not know', gonePage, state({ fetchedAt: at(20) })],
    [
      'unchanged',
      'of a page that is gone, which the store knows',
      gonePage,
      state({ fetchedAt: at(20) }, {}, { gone: gone(25) }),
    ],
    ['newer', 'of a page that is gone, and came back', gonePage, state({ fetchedAt: at(40) })],
    ['unchanged', 'of a page that is gone, and never made an article', gonePage, undefined],
  ])('is %s where %s', (verdict, _, article, known) => {
    expect(judge(article, known)).toBe(verdict);
  });
});
