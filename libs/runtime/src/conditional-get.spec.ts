import { describe, expect, it } from 'vitest';
import { entityTag, matches } from './conditional-get.ts';

describe('an entity tag', () => {
  const tag = entityTag(Buffer.from('a text'));

  it('is that of the bytes', () => {
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    expect(entityTag(Buffer.from('a text'))).toBe(tag);
    expect(entityTag(Buffer.from('a text.'))).not.toBe(tag);
  });

  it.each([
    [tag, true],
    [`W/${tag}`, true],
    [`"other", ${tag}`, true],
    [`"with, a comma",${tag}`, true],
    [' * ', true],
    [undefined, false],
    ['', false],
    ['"other"', false],
    [tag.slice(1, -1), false],
  ])('is named by If-None-Match %s: %s', (header, named) => {
    expect(matches(header, tag)).toBe(named);
  });
});
