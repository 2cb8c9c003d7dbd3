import type { DataSource } from 'typeorm';
import { openDatabase } from '../../apps/store/src/database/open-database.ts';
import type { BenchRun } from '../bench.ts';
import { ownDatabase } from '../store/one-store.ts';

/** A store's database that no other measurement has, on the run's Postgres. */
export async function ownStore(run: BenchRun): Promise<DataSource> {
  const store = await openDatabase({ url: await ownDatabase(run), connections: 1 });
  run.ends({ [Symbol.asyncDispose]: () => store.destroy() });
  return store;
}
