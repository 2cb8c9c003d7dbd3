import { existsSync, readFileSync, readdirSync } from 'node:fs';
import {
  articleValidator,
  encodeBody,
  rawArticleIdOfFile,
  rawContentHash,
  sourceId,
  type Article,
  type FeedEntry,
  type RawArticle,
} from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOfHtml } from './body-html/body-of-html.ts';
import { sanitiseHtml } from './body-html/sanitise-html.ts';
import { faultsOf } from './body-html/strict-reader.fixture.ts';
import { extractArticle } from './extract-article.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const SOURCE = sourceId('folder', 'seeds/articles');

/** Keys that an expected file has of its own; every other one is a field of the article. */
interface Expected extends Partial<Article> {
  warnings?: string[];
  how?: string;
}

function rawArticleOf(folder: URL): RawArticle {
  const file = ['input.txt', 'input.html', 'input.json'].find((name) => existsSync(new URL(name, folder)))!;
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as object;
  const entry = file === 'input.json' ? (read(file) as FeedEntry) : null;
  const bytes =
    entry === null ? readFileSync(new URL(file, folder)) : Buffer.from(entry.content ?? entry.summary ?? '');
  const overrides = existsSync(new URL('raw.json', folder)) ? (read('raw.json') as Partial<RawArticle>) : {};
  return {
    id: rawArticleIdOfFile(SOURCE, folder.pathname.split('/').at(-2)!),
    sourceId: SOURCE,
    url: entry?.link ?? null,
    fetchedAt: '2026-03-14T09:30:00.000Z',
    http: null,
    entry,
    mediaType: file === 'input.txt' ? 'text/plain' : 'text/html',
    charset: null,
    ...encodeBody(bytes),
    contentHash: rawContentHash(bytes, entry),
    ...overrides,
  };
}

describe('every fixture', () => {
  const folders = readdirSync(FIXTURES, { withFileTypes: true }).filter(
    ({ name }) => name !== 'attacks', // read by attacks.spec.ts
  );

  it.each(folders.map(({ name }) => name))('%s becomes the article expected of it', (name) => {
    const folder = new URL(`${name}/`, FIXTURES);
    const { warnings, how, ...fields } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Expected;
    const article = extractArticle(rawArticleOf(folder));
    expect(articleValidator.assert(article)).toBe(article);
    for (const key of Object.keys(fields) as (keyof Article)[])
      expect.soft(article[key], key).toEqual(fields[key as keyof typeof fields]);
    if (how !== undefined) expect.soft(article.extraction.how).toBe(how);
    expect.soft(article.extraction.warnings).toEqual(expect.arrayContaining(warnings ?? []));
  });

  it.each(folders.map(({ name }) => name))('%s has HTML of the vocabulary, from which its body follows', (name) => {
    const raw = rawArticleOf(new URL(`${name}/`, FIXTURES));
    const { html = '', ...article } = extractArticle(raw);
    expect(faultsOf(html)).toEqual([]);
    expect(bodyOfHtml(html)).toBe(article.body);
    expect(sanitiseHtml(html)).toBe(html);
    const { metadataHash, ...without } = extractArticle(raw, { html: false });
    expect({ ...without, metadataHash: article.metadataHash }).toEqual(article);
    expect(metadataHash).not.toBe(article.metadataHash);
  });
});
