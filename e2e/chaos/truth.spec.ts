import { describe, expect, it } from 'vitest';
import { writeTruth } from './truth.ts';

const ORIGIN = 'http://127.0.0.1:1';

describe('the truth of a run', () => {
  it('has at least as many raw articles as are wanted, each article in one piece and revised in a later one', () => {
    const pieces = writeTruth(1_000, 10, 1, ORIGIN);
    expect(pieces).toHaveLength(10);
    const entries = pieces.flatMap(({ feeds }) => feeds.flatMap(({ articles }) => articles));
    const pushed = pieces.flatMap((piece) => piece.pushed);
    const revised = pieces.flatMap((piece) => piece.revised);
    expect(entries.length + pushed.length + revised.length).toBeGreaterThanOrEqual(1_000);
    expect(revised).toEqual(pushed);
    for (const [at, piece] of pieces.entries()) {
      const given = new Set(pieces.slice(0, at).flatMap((earlier) => earlier.pushed));
      expect(piece.revised.every((article) => given.has(article))).toBe(true);
    }
  });

  it('has no address and no text twice', () => {
    const articles = writeTruth(1_000, 10, 1, ORIGIN).flatMap(({ feeds, pushed }) => [
      ...feeds.flatMap((feed) => feed.articles),
      ...pushed,
    ]);
    const forms = articles.flatMap((article) => article.forms);
    expect(new Set(articles.map(({ url }) => url)).size).toBe(articles.length);
    expect(new Set(forms.map(({ title }) => title)).size).toBe(forms.length);
    expect(new Set(forms.map(({ body }) => body)).size).toBe(forms.length);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(writeTruth(200, 5, 1, ORIGIN)).toEqual(writeTruth(200, 5, 1, ORIGIN));
    expect(writeTruth(200, 5, 2, ORIGIN)).not.toEqual(writeTruth(200, 5, 1, ORIGIN));
  });

  it('gives everything also to a run of very few faults', () => {
    const pieces = writeTruth(300, 1, 1, ORIGIN);
    expect(pieces.flatMap(({ revised }) => revised)).toEqual(pieces.flatMap(({ pushed }) => pushed));
  });
});
