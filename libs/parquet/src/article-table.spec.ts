import { articleExample, ArticleSchema } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { ARTICLE_COLUMNS, ArticleTable, type StoredArticle } from './index.ts';

const example: StoredArticle = {
  ...articleExample,
  sources: [articleExample.sourceId],
  revision: 1,
  storedAt: '2026-03-14T09:30:01.250Z',
  clusterId: null,
  withdrawn: null,
};

const articles = Array.from({ length: 40 }, (_, number) => ({
  ...example,
  title: `Report ${number}`,
  body: '…'.repeat(500_000),
}));

/** The file, and where a row group ends in it, by a table that is thrown away after each. */
function write(restart: boolean): { file: Buffer; ends: number[] } {
  let table = new ArticleTable();
  const parts: Uint8Array[] = [];
  const ends: number[] = [];
  for (const article of articles) {
    table.add(article);
    if (!table.isFull) continue;
    parts.push(table.flush());
    ends.push(table.written.bytes);
    if (restart) table = new ArticleTable(structuredClone(table.written));
  }
  parts.push(table.finish());
  return { file: Buffer.concat(parts), ends };
}

describe('a table of articles', () => {
  it('has a column for each field of an article, in its order', () => {
    const beside = Object.keys(example).slice(-5);
    expect(ARTICLE_COLUMNS.map(({ name }) => name)).toEqual([...Object.keys(ArticleSchema.properties), ...beside]);
  });

  it('makes the same file when it is given up after any row group and gone on with', () => {
    const { file, ends } = write(false);
    expect(ends.length).toBeGreaterThan(1);
    expect(write(true)).toEqual({ file, ends });
  });

  it('ends a row group after 4 MiB of text as it is written, in every script', () => {
    const bytes = 3 * 500_000;
    const table = new ArticleTable();
    for (const article of articles.slice(0, 15)) {
      table.add(article);
      if (table.isFull) table.flush();
    }
    const sizes = table.written.rowGroups.map(({ num_rows }) => Number(num_rows) * bytes);
    expect(sizes.length).toBeGreaterThan(1);
    for (const size of sizes) {
      expect(size).toBeGreaterThan(4 * 1024 * 1024 - bytes);
      expect(size).toBeLessThan(4 * 1024 * 1024 + bytes);
    }
  });

  it('is a file with all columns where there is no article', () => {
    const file = Buffer.from(new ArticleTable().finish());
    expect(file.subarray(0, 4).toString()).toBe('PAR1');
    expect(file.subarray(-4).toString()).toBe('PAR1');
    expect(file.toString('latin1')).toContain('publishedOffset');
  });
});
