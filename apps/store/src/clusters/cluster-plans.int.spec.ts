import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import {
  DELETE_KEYS,
  DELETE_LINKS,
  SELECT_HELD_TOGETHER,
  SELECT_LINKED,
  SELECT_LINKS,
  SELECT_NEIGHBOURS,
  SELECT_QUEUED,
  SELECT_WITHIN_REACH,
  TAKE_TURN,
} from './statements.ts';

const ROWS = 100_000;
const ID = `md5('article ' || n)::uuid`;

/** Keys of so many articles, two for each, and links in pairs; a full queue. */
const FILL = [
  `INSERT INTO store.article_echoes (article_id, keys) SELECT ${ID}, ARRAY[n, -n] FROM generate_series(1, ${ROWS}) AS n`,
  `INSERT INTO store.echo_keys (key, article_id) SELECT key, ${ID} FROM generate_series(1, ${ROWS}) AS n, unnest(ARRAY[n, -n]) AS key`,
  `INSERT INTO store.echo_links (article_id, other_id)
    SELECT ${ID}, md5('article ' || n + 1)::uuid FROM generate_series(1, ${ROWS}) AS n`,
  `INSERT INTO store.unclustered (article_id, queued_at) SELECT ${ID}, now() FROM generate_series(1, ${ROWS}) AS n`,
  'ANALYZE store.article_echoes, store.echo_keys, store.echo_links, store.unclustered',
];

describe(`the plans of clustering over ${ROWS} articles`, () => {
  let database: TestDatabase;
  let store: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 2 });
    for (const statement of FILL) await store.query(statement);
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  const keys = Array.from({ length: 2_400 }, (_, n) => n * 7);
  const ids = keys.map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);

  it.each([
    ['looks at who waits', SELECT_QUEUED, [300]],
    ['takes keys away', DELETE_KEYS, [keys, ids]],
    ['finds neighbours', SELECT_NEIGHBOURS, [keys, ids]],
    ['sees who is within reach', SELECT_WITHIN_REACH, [ids.slice(0, 200), ids.slice(0, 200)]],
    ['reads links', SELECT_LINKS, [ids.slice(0, 300)]],
    ['looks for links', SELECT_LINKED, [ids.slice(0, 300), ids.slice(0, 300)]],
    ['takes links away', DELETE_LINKS, [ids.slice(0, 300), ids.slice(0, 300)]],
    ['sees what hangs together', SELECT_HELD_TOGETHER, [ids.slice(0, 300), ids.slice(0, 300)]],
  ])('read no whole table where it %s', async (_, statement, parameters) => {
    const rows = await store.transaction(async (manager): Promise<Record<string, string>[]> => {
      await manager.query(TAKE_TURN);
      return manager.query(`EXPLAIN ${statement}`, parameters);
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
  });
});
