import type { CloudEvent } from '@khabar/contracts';
import { Client } from 'pg';
import type { BenchRun } from '../bench.ts';
import { BATCH, ownDatabase } from './one-store.ts';

const COLUMNS = 'id, source_id, url, title, summary, body, language, published_at, fetched_at';

/** What one `INSERT … SELECT unnest` of 500 articles after the other does: the least that storing them takes. */
export interface BareTable extends AsyncDisposable {
  insert(events: readonly CloudEvent<'news.articles.v1'>[]): Promise<void>;
}

/** A table with nothing but the articles; `search` adds a generated vector with a GIN index, as anybody would begin. */
export async function openBareTable(run: BenchRun, { search }: { search: boolean }): Promise<BareTable> {
  const client = new Client({ connectionString: await ownDatabase(run) });
  await client.connect();
  await client.query(`
    CREATE TABLE articles (id uuid, source_id uuid, url text, title text, summary text, body text, language text,
      published_at timestamptz, fetched_at timestamptz${
        search
          ? `, search tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || summary || ' ' || body)) STORED`
          : ''
      })`);
  if (search) await client.query('CREATE INDEX articles_search ON articles USING gin (search)');
  return run.ends({
    async insert(events: readonly CloudEvent<'news.articles.v1'>[]) {
      for (let at = 0; at < events.length; at += BATCH) {
        const rows = events.slice(at, at + BATCH).map(({ data }) => data);
        await client.query(
          `INSERT INTO articles (${COLUMNS}) SELECT * FROM
            unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])`,
          [
            rows.map(({ id }) => id),
            rows.map(({ sourceId }) => sourceId),
            rows.map(({ url }) => url),
            rows.map(({ title }) => title),
            rows.map(({ summary }) => summary),
            rows.map(({ body }) => body),
            rows.map(({ language }) => language),
            rows.map(({ publishedAt }) => publishedAt),
            rows.map(({ fetchedAt }) => fetchedAt),
          ],
        );
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  });
}
