import { articleExample } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { isStorable, searchable, SEARCHED_BODY_LENGTH } from './article-text.ts';

describe('a text on its way into Postgres', () => {
  it('cannot hold U+0000 or half a surrogate pair, wherever it is', () => {
    expect(isStorable({ title: 'a\u0000b' })).toBe(false);
    expect(isStorable({ tags: ['\ud83d'] })).toBe(false);
    expect(isStorable({ images: [{ alt: 'x\udc00' }] })).toBe(false);
    expect(isStorable({ body: '\\\u0000' })).toBe(false);
  });

  it('may hold everything else, also what only looks like it', () => {
    expect(isStorable(articleExample)).toBe(true);
    expect(isStorable({ body: '\\u0000 \\\\ud800 😀 \u0001 \\' })).toBe(true);
  });
});

describe('what of an article is searched', () => {
  it('is its title, its lead and its body, as far as an index can hold', () => {
    const found = searchable({ ...articleExample, body: 'long '.repeat(100_000) });
    expect(found).toMatchObject({ configuration: 'english', title: 'Rain reaches the coast' });
    expect(found.body.length).toBe(SEARCHED_BODY_LENGTH);
    expect(found.lead).toContain('Asha Verma');
    expect(found.lead).toContain('farming');
    const cut = searchable({ ...articleExample, body: '長'.repeat(100_000) });
    expect(cut.body.length).toBe(SEARCHED_BODY_LENGTH);
  });
});
