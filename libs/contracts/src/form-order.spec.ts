import { describe, expect, it } from 'vitest';
import { articleExample } from './article.ts';
import { type FormRank, compareRanks, rankOf } from './form-order.ts';

const form: FormRank = {
  how: 'page',
  fetchedAt: '2026-03-14T09:30:00.000Z',
  parserVersion: 2,
  contentHash: 'b',
  metadataHash: 'b',
};

describe('the order of forms', () => {
  it.each<[string, Partial<FormRank>]>([
    ['less complete, though newer', { how: 'summary', fetchedAt: '2027-01-01T00:00:00.000Z' }],
    ['fetched earlier, though by a newer parser', { fetchedAt: '2026-03-14T09:29:59.999Z', parserVersion: 9 }],
    ['of an older parser', { parserVersion: 1, contentHash: 'c' }],
    ['of a lower text hash', { contentHash: 'a', metadataHash: 'c' }],
    ['of a lower metadata hash', { metadataHash: 'a' }],
  ])('puts below what is %s', (_, change) => {
    expect(compareRanks({ ...form, ...change }, form)).toBeLessThan(0);
    expect(compareRanks(form, { ...form, ...change })).toBeGreaterThan(0);
  });

  it('holds a page and scraped text for equally complete', () => {
    expect(compareRanks({ ...form, how: 'scraped-text' }, form)).toBe(0);
  });

  it('takes the rank from an article', () => {
    expect(rankOf(articleExample)).toEqual({
      how: 'page',
      fetchedAt: articleExample.fetchedAt,
      parserVersion: articleExample.extraction.parserVersion,
      contentHash: articleExample.contentHash,
      metadataHash: articleExample.metadataHash,
    });
  });
});
