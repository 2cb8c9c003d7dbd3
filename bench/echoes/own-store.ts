import { uniqueName } from '@khabar/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../apps/store/src/database/open-database.ts';
import type { BenchRun } from '../bench.ts';
import { postgres } from '../bus/log-of-own.ts';

/** A store's database that no other measurement has, on the run's Postgres. */
export async function ownStore(run: BenchRun, name: string): Promise<DataSource> {
  const { url } = await postgres(run);
  const database = uniqueName(name).replace(/\W/g, '_');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
  const own = new URL(url);
  own.pathname = `/${database}`;
  const store = await openDatabase({ url: own.href, connections: 1 });
  run.ends({ [Symbol.asyncDispose]: () => store.destroy() });
  return store;
}
