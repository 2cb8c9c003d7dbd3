import { KhabarError, type RawArticle, articleExample, rawArticleValidator } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { extractLine, publishedAsSaid } from './extract.ts';

const NOW = '2026-03-14T09:30:00.000Z';

/** What the extractor was given, beside what {@link extractLine} made of its answer. */
function extractedFrom(line: string) {
  let given: RawArticle | undefined;
  const result = extractLine(line, 7, NOW, (raw) => {
    given = raw;
    return articleExample;
  });
  return { given, result };
}

describe('extractLine', () => {
  it('gives the standfirst, then the body, under the id of the line', () => {
    expect(extractedFrom('{"id":"a/1","html":"<p>x</p>"}').result).toEqual({
      id: 'a/1',
      title: articleExample.title,
      body: `${articleExample.summary}\n\n${articleExample.body}`,
      authors: ['Asha Verma'],
      published: '2026-03-14T12:45:00.000+05:30',
      language: 'en',
    });
  });

  it('takes html for a page and text for scraped text', () => {
    expect(extractedFrom('{"id":1,"html":"<p>x</p>"}').given).toMatchObject({
      mediaType: 'text/html',
      body: '<p>x</p>',
    });
    expect(extractedFrom('{"id":1,"text":"x"}').given).toMatchObject({ mediaType: 'text/plain', url: null });
  });

  it('takes the url for where the page was read', () => {
    const { given } = extractedFrom('{"id":1,"url":"https://news.example.org/a","html":""}');
    expect(given).toMatchObject({
      url: 'https://news.example.org/a',
      http: { finalUrl: 'https://news.example.org/a' },
    });
  });

  it('gives the extractor valid raw articles, whatever the line', () => {
    for (const line of ['{"html":"a\\u0000\\ud800"}', '{"text":""}', '{"url":"","text":"x"}']) {
      expect(rawArticleValidator.check(extractedFrom(line).given)).toBe(true);
    }
  });

  it.each([
    ['{"id":"a"', null, 'Line 7 is not JSON'],
    ['[1]', null, 'Line 7 is not a JSON object'],
    ['{"id":"a"}', 'a', 'Line 7 has no html and no text'],
    ['{"id":"a","url":"mailto:x","html":""}', 'a', 'A discovery URL must be an absolute http or https address'],
  ])('answers %s with an error under its id', (line, id, error) => {
    expect(extractedFrom(line).result).toEqual({ id, error });
  });

  it('answers what the extractor refuses with its reason', () => {
    const refuse = () => {
      throw new KhabarError('empty-page', 'The page has no text');
    };
    expect(extractLine('{"id":"a","html":""}', 1, NOW, refuse)).toEqual({ id: 'a', error: 'The page has no text' });
  });
});

describe('publishedAsSaid', () => {
  const said = (
    publishedAt: string | null,
    publishedOffset: string | null,
    publishedPrecision: 'instant' | 'day' | null,
  ) => publishedAsSaid({ publishedAt, publishedOffset, publishedPrecision });

  it('keeps the offset in which a page said it, across midnight', () => {
    expect(said('2026-03-14T20:15:00.000Z', '+05:30', 'instant')).toBe('2026-03-15T01:45:00.000+05:30');
    expect(said('2026-03-14T02:15:00.000Z', '-03:30', 'instant')).toBe('2026-03-13T22:45:00.000-03:30');
  });

  it('gives a day as a day, and nothing where nothing was found', () => {
    expect(said('2026-03-14T00:00:00.000Z', null, 'day')).toBe('2026-03-14');
    expect(said('2026-03-14T07:15:00.000Z', null, 'instant')).toBe('2026-03-14T07:15:00.000Z');
    expect(said(null, null, null)).toBeNull();
  });
});
