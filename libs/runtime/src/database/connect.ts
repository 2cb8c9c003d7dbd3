import { KhabarError } from '@khabar/contracts';
import { type Client, DatabaseError } from 'pg';
import { PatientClient } from '../patient-client.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** SQLSTATE classes of a server that cannot let us in now: connection, transaction state, resources, operator, system. */
const AWAY = /^(08|25|53|57|58)/;

/**
 * One connection to Postgres, for what is done before a service's pool is there.
 * @param names who connects (`applicationName`), and whose address it is (`addressee`, such as DATABASE_URL)
 * @throws KhabarError `database-unavailable`, a dependency to be waited for, or `database-refused`, where waiting changes nothing
 */
export async function connectTo(
  url: string,
  { applicationName, addressee }: { readonly applicationName: string; readonly addressee: string },
): Promise<Client> {
  const client = new PatientClient({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: applicationName,
  });
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => undefined);
    if (cause instanceof DatabaseError && !AWAY.test(cause.code ?? '')) {
      throw new KhabarError('database-refused', `Postgres refuses ${addressee}: ${cause.message}`, { cause });
    }
    // what did not come from the server is trouble on the way to it
    throw new KhabarError('database-unavailable', `Postgres (${addressee}) is away: ${wordsOf(cause)}`, {
      dependency: true,
      cause,
    });
  }
}

// of several addresses that failed Node makes one error without words
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name);
}
