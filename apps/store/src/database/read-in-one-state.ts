import type { ClientBase } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * What several statements read in one transaction. It begins with `beginning`, and makes no round trips of its own: it is begun together
 * with the first statement, and nobody waits for its end, for what was read is read.
 */
export async function readInOneState<T>(
  dataSource: DataSource,
  beginning: string,
  read: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const client = (await runner.connect()) as ClientBase;
  try {
    const begun = client.query(`START TRANSACTION; ${beginning}`);
    const reading = read(runner.manager);
    await Promise.allSettled([begun, reading]);
    await begun;
    return await reading;
  } finally {
    // sent before the connection is given back: whoever takes it next is answered behind it. It fails where the connection is broken
    client.query('COMMIT').catch(() => undefined);
    await runner.release();
  }
}
