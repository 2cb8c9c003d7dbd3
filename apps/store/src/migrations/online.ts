import { setTimeout } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { sqlState } from '../database/database-error.ts';

/** How long a lock is waited for at first and at last, and how many times as long others then have the tables to themselves. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
const WAYS_GIVEN = 5;

/** SQLSTATEs lock_not_available and deadlock_detected. */
const STOOD_IN_THE_WAY = /^(55P03|40P01)$/;

/** Rows that a statement of {@link inBatches} may take: locked for some tens of milliseconds. */
const BATCH_ROWS = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/*
 * Steps of migrations that hold up nobody who reads or writes meanwhile. A migration that takes them says `transaction = false`, and
 * consists of steps that can be taken again: it may be cut short between any two. Within a transaction (a new database, in which nobody
 * works yet) each does the same in the plain and quick way.
 */

/**
 * Makes an index of the schema `store`, or finds it made. What is left of one whose making was cut short is made anew.
 * @param name without the schema
 * @param definition what follows the name: `ON store.articles USING gin (tags) WHERE …`
 */
export async function makeIndex(runner: QueryRunner, name: string, definition: string): Promise<void> {
  if (runner.isTransactionActive) {
    await runner.query(`CREATE INDEX ${name} ${definition}`);
    return;
  }
  const [found] = (await runner.query(
    `SELECT indisvalid AS whole FROM pg_index WHERE indexrelid = to_regclass('store.${name}')`,
  )) as { whole: boolean }[];
  if (found?.whole) return;
  if (found) await dropIndex(runner, name);
  await runner.query(`CREATE INDEX CONCURRENTLY ${name} ${definition}`);
}

/** Drops an index of the schema `store`, if it is there. @param name without the schema */
export async function dropIndex(runner: QueryRunner, name: string): Promise<void> {
  await runner.query(`DROP INDEX ${runner.isTransactionActive ? '' : 'CONCURRENTLY '}IF EXISTS store.${name}`);
}

/**
 * Makes an index anew under its name, while the one of before is of use until then. Parameters as of {@link makeIndex}. The names `…_next`
 * and `…_before` are taken meanwhile.
 */
export async function exchangeIndex(runner: QueryRunner, name: string, definition: string): Promise<void> {
  const [next, before] = [`${name}_next`, `${name}_before`];
  if (runner.isTransactionActive || !(await isThere(runner, before))) {
    await makeIndex(runner, next, definition);
    // the statements of one query are one transaction; to rename an index takes no lock that reading or writing would wait for
    await runner.query(`ALTER INDEX store.${name} RENAME TO ${before}; ALTER INDEX store.${next} RENAME TO ${name}`);
  }
  await dropIndex(runner, before);
}

/**
 * Does what needs a table, or rows of it, for itself for a moment, such as ALTER TABLE, in a transaction. All who come later wait behind
 * whoever waits for a lock: so it is not waited for long, the others go first for a while, and all is done again. One table at a time,
 * for whoever holds one and waits for the next holds up both.
 */
export async function briefly<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  if (runner.isTransactionActive) return work();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    await runner.startTransaction();
    try {
      await runner.query(`SET LOCAL lock_timeout = ${waitMs}`);
      const result = await work();
      await runner.commitTransaction();
      return result;
    } catch (error) {
      await runner.rollbackTransaction().catch(() => undefined); // of a connection that broke nothing is left
      if (!STOOD_IN_THE_WAY.test(sqlState(error) ?? '')) throw error;
    }
    await setTimeout(WAYS_GIVEN * waitMs);
  }
}

/**
 * Changes the rows of a large table, some at a time.
 * @param statement does so for the rows after the id `$1` in their order, `$2` of them at most, and answers with the last id as `last`, or none
 */
export async function inBatches(runner: QueryRunner, statement: string): Promise<void> {
  let after: string | null = FIRST_ID;
  while (after !== null) {
    const parameters: unknown[] = [after, BATCH_ROWS];
    const rows = await briefly(runner, () => runner.query(statement, parameters) as Promise<{ last: string | null }[]>);
    after = rows[0]?.last ?? null;
  }
}

/** Whether the schema `store` has a table or an index of this name. */
export async function isThere(runner: QueryRunner, name: string): Promise<boolean> {
  const [row] = (await runner.query(`SELECT to_regclass('store.${name}') IS NOT NULL AS there`)) as {
    there: boolean;
  }[];
  return row!.there;
}
