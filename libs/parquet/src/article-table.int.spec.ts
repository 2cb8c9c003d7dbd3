import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { articleExample } from '@khabar/contracts';
import { PythonMissing, pythonWith, startProcess } from '@khabar/testing';
import { expect, it } from 'vitest';
import { ArticleTable, type StoredArticle } from './index.ts';

const DUCKDB = join(import.meta.dirname, '../fixtures/duckdb');

const full: StoredArticle = {
  ...articleExample,
  title: 'पुतिन ने जिनपिंग को फोन किया: ख़बर 📰',
  authors: ['आशा वर्मा', 'O’Neil "Sunny" Rao'],
  modifiedAt: '1912-04-15T05:20:00.001Z',
  sources: [articleExample.sourceId, articleExample.rawId],
  revision: 7,
  storedAt: '2026-03-14T09:30:01.250Z',
  clusterId: articleExample.id,
  withdrawn: null,
};
const bare: StoredArticle = {
  ...full,
  html: undefined,
  id: articleExample.rawId,
  ...{ externalId: null, url: null, canonicalUrl: null, kicker: null, summary: null, headings: [], authors: [] },
  ...{ publishedAt: null, modifiedAt: null, publishedOffset: null, publishedPrecision: null, language: null },
  ...{ section: null, tags: [], images: [], fingerprint: null, clusterId: null },
  extraction: { how: 'summary', parserVersion: 3, warnings: ['no-date', 'broken-encoding'] },
};

/** The article as DuckDB is asked for it. */
function row({ fetchedAt, publishedAt, modifiedAt, storedAt, ...rest }: StoredArticle) {
  const ms = (instant: string | null) => (instant === null ? null : Date.parse(instant));
  const times = { fetchedAt: ms(fetchedAt), publishedAt: ms(publishedAt), modifiedAt: ms(modifiedAt) };
  return { ...rest, html: rest.html ?? null, ...times, storedAt: ms(storedAt) };
}

it('is opened by DuckDB with instants, lists and structures, every script and every null as it was', async ({
  skip,
}) => {
  const python = await pythonWith(join(DUCKDB, 'requirements.txt')).catch((error: unknown) => {
    if (error instanceof PythonMissing) return error;
    throw error;
  });
  if (typeof python !== 'string') return skip(python.message);
  let table = new ArticleTable();
  table.add(full);
  const first = table.flush();
  table = new ArticleTable(table.written);
  table.add(bare);
  const folder = await mkdtemp(join(tmpdir(), 'khabar-parquet-'));
  try {
    const file = join(folder, 'articles.parquet');
    await writeFile(file, Buffer.concat([first, table.finish()]));
    await using reader = await startProcess(python, [join(DUCKDB, 'read.py'), file]);
    const { code } = await reader.ended;
    expect(code, reader.output).toBe(0);
    const { types, rows } = JSON.parse(reader.stdout) as { types: Record<string, string>; rows: unknown[] };
    expect(rows).toEqual([row(full), row(bare)]);
    expect(types).toMatchObject({
      id: 'VARCHAR',
      publishedAt: 'TIMESTAMP WITH TIME ZONE',
      gone: 'BOOLEAN',
      tags: 'VARCHAR[]',
      images: 'STRUCT(url VARCHAR, width INTEGER, height INTEGER, alt VARCHAR, caption VARCHAR)[]',
      wordCount: 'INTEGER',
      extraction: 'STRUCT(how VARCHAR, parserVersion INTEGER, warnings VARCHAR[])',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
