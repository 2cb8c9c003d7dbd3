import { readingError } from './database-error.ts';

/** What can be asked: a pool, or one connection of it. */
interface Asked {
  query(text: string, parameters?: unknown[]): Promise<unknown>;
}

/** The rows of a statement whose answer a request waits for. @throws as {@link readingError} says */
export async function readRows<Row>(from: Asked, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  try {
    return (await from.query(text, [...parameters])) as Row[];
  } catch (error) {
    throw readingError(error);
  }
}
